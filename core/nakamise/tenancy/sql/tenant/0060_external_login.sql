-- Accounts of other systems (issuer and subject, as in OpenID Connect) that sign in a user here.

CREATE TABLE core_external_login (
    issuer text NOT NULL CHECK (length(issuer) BETWEEN 1 AND 500),
    subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
    user_id uuid NOT NULL REFERENCES core_user (id) ON DELETE CASCADE,
    linked_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (issuer, subject)
);

CREATE INDEX core_external_login_user ON core_external_login (user_id);
