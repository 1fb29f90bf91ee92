-- Agencies and their consoles, proof of addresses, the end of tenants, acting as a tenant's staff.
-- contract: the version before has no operators, no new states, and deletes no tenant

-- The console of an agency is a tenant: its staff are users there. One agency is the operators'.
ALTER TABLE nakamise.agency ADD COLUMN home_tenant_id uuid UNIQUE REFERENCES nakamise.tenant (id);

ALTER TABLE nakamise.agency ADD COLUMN is_operator boolean NOT NULL DEFAULT false;

CREATE UNIQUE INDEX agency_operator ON nakamise.agency (is_operator) WHERE is_operator;

-- building: being made by an agency, seen by nobody; deleting: out of reach, gone for good at purge_at.
ALTER TABLE nakamise.tenant DROP CONSTRAINT tenant_state_check;

ALTER TABLE nakamise.tenant ADD CONSTRAINT tenant_state_check
    CHECK (state IN ('building', 'active', 'suspended', 'deleting'));

ALTER TABLE nakamise.tenant ADD COLUMN state_reason text NOT NULL DEFAULT '';

ALTER TABLE nakamise.tenant ADD COLUMN state_changed_at timestamptz NOT NULL DEFAULT now();

ALTER TABLE nakamise.tenant ADD COLUMN purge_at timestamptz;

ALTER TABLE nakamise.tenant ADD CONSTRAINT tenant_purge_check CHECK ((state = 'deleting') = (purge_at IS NOT NULL));

CREATE INDEX tenant_agency ON nakamise.tenant (agency_id, name, id);

-- Everything about a tenant goes with it, but what was done to it stays.
ALTER TABLE nakamise.tenant_host DROP CONSTRAINT tenant_host_tenant_id_fkey;

ALTER TABLE nakamise.tenant_host ADD FOREIGN KEY (tenant_id) REFERENCES nakamise.tenant (id) ON DELETE CASCADE;

ALTER TABLE nakamise.plugin_switch DROP CONSTRAINT plugin_switch_tenant_id_fkey;

ALTER TABLE nakamise.plugin_switch ADD FOREIGN KEY (tenant_id) REFERENCES nakamise.tenant (id) ON DELETE CASCADE;

ALTER TABLE nakamise.migration_ledger DROP CONSTRAINT migration_ledger_tenant_id_fkey;

ALTER TABLE nakamise.migration_ledger
    ADD FOREIGN KEY (tenant_id) REFERENCES nakamise.tenant (id) ON DELETE CASCADE;

ALTER TABLE nakamise.control_audit DROP CONSTRAINT control_audit_tenant_id_fkey;

ALTER TABLE nakamise.control_audit ADD COLUMN tenant_slug text NOT NULL DEFAULT '';

-- Whose tenant it was, and who acted: a user of an agency's console.
ALTER TABLE nakamise.control_audit ADD COLUMN agency_id uuid;

ALTER TABLE nakamise.control_audit ADD COLUMN actor_user_id uuid;

ALTER TABLE nakamise.control_audit ADD COLUMN actor_agency_id uuid;

UPDATE nakamise.control_audit a SET tenant_slug = t.slug, agency_id = t.agency_id
FROM nakamise.tenant t WHERE t.id = a.tenant_id;

CREATE INDEX control_audit_agency ON nakamise.control_audit (agency_id, id);

-- An address outside of the base domain is served once its DNS shows the token. Several tenants may claim
-- one address; it is served for who proves it. misses: days in a row on which the proof was gone.
CREATE TABLE nakamise.host_claim (
    tenant_id uuid NOT NULL REFERENCES nakamise.tenant (id) ON DELETE CASCADE,
    host text NOT NULL CHECK (host ~ '^[a-z0-9_-]+(\.[a-z0-9_-]+)*$' AND length(host) <= 253),
    token text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    verified_at timestamptz,
    checked_at timestamptz,
    misses integer NOT NULL DEFAULT 0 CHECK (misses >= 0),
    error text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, host)
);

CREATE UNIQUE INDEX host_claim_verified ON nakamise.host_claim (host) WHERE verified_at IS NOT NULL;

-- Released addresses: nobody but their last tenant may have them before `until`.
CREATE TABLE nakamise.host_rest (
    host text PRIMARY KEY,
    tenant_id uuid NOT NULL,
    until timestamptz NOT NULL
);

-- A ticket lets one member of an agency's staff act as a tenant's staff, once.
CREATE TABLE nakamise.act_ticket (
    token_hash bytea PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES nakamise.tenant (id) ON DELETE CASCADE,
    actor_user_id uuid NOT NULL,
    actor_name text NOT NULL,
    role text NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);

CREATE INDEX act_ticket_expires ON nakamise.act_ticket (expires_at);
