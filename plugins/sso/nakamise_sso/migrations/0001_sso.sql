-- Identity providers of the tenant, which of their claims give which role, and who must use them.

CREATE TABLE sso_provider (
    id uuid PRIMARY KEY,
    label text NOT NULL CHECK (length(label) BETWEEN 1 AND 40),
    discovery_url text NOT NULL CHECK (length(discovery_url) <= 600),
    client_id text NOT NULL CHECK (length(client_id) BETWEEN 1 AND 255),
    -- Sealed for this row; '' for a client without a secret.
    client_secret text NOT NULL DEFAULT '',
    scopes text NOT NULL DEFAULT 'openid email profile' CHECK (length(scopes) <= 300),
    -- Lower case; none: any address.
    email_domains text[] NOT NULL DEFAULT '{}',
    -- Values of acr or amr that count as a second factor; none: never.
    mfa_values text[] NOT NULL DEFAULT '{}',
    may_create boolean NOT NULL DEFAULT false,
    is_on boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE sso_role_rule (
    provider_id uuid NOT NULL REFERENCES sso_provider (id) ON DELETE CASCADE,
    claim text NOT NULL CHECK (length(claim) BETWEEN 1 AND 100),
    value text NOT NULL CHECK (length(value) BETWEEN 1 AND 200),
    role_id text NOT NULL,
    PRIMARY KEY (provider_id, claim, value, role_id)
);

-- One row at most. break_glass: who of the staff may use a password all the same.
CREATE TABLE sso_policy (
    id smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    staff_only boolean NOT NULL,
    break_glass uuid,
    CHECK (break_glass IS NOT NULL OR NOT staff_only)
);

-- Answers of providers that were heard: each is heard once.
CREATE TABLE sso_heard (
    state_hash bytea PRIMARY KEY,
    expires_at timestamptz NOT NULL
);

CREATE INDEX sso_heard_expiry ON sso_heard (expires_at);
