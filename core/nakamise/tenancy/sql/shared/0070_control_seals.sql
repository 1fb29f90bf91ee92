-- Seals over control_audit, as each tenant has them over core_audit: see ADR 0012.
-- append-only: control_audit_seal, control_audit_link

-- A seal covers the rows of control_audit that link to it: hash = SHA-256 over the seal before and all of theirs.
CREATE TABLE nakamise.control_audit_seal (
    number bigint PRIMARY KEY CHECK (number > 0),
    at timestamptz NOT NULL DEFAULT now(),
    row_count integer NOT NULL CHECK (row_count > 0),
    prev_hash bytea NOT NULL,
    hash bytea NOT NULL
);

CREATE TABLE nakamise.control_audit_link (
    audit_id uuid PRIMARY KEY,
    seal bigint NOT NULL REFERENCES nakamise.control_audit_seal (number),
    hash bytea NOT NULL
);

CREATE INDEX control_audit_link_seal ON nakamise.control_audit_link (seal);
