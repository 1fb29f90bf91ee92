-- Users of one tenant, how they prove who they are, and what they may do.
-- Secrets are stored as SHA-256 of 256 random bits (tokens), argon2id (passwords) or AES-256-GCM (TOTP).

CREATE TABLE core_user (
    id uuid PRIMARY KEY,
    email text NOT NULL CHECK (length(email) <= 254),
    -- The address as it is compared: NFKC, case folded.
    email_key text NOT NULL UNIQUE,
    email_verified_at timestamptz,
    password_hash text NOT NULL,
    password_changed_at timestamptz NOT NULL DEFAULT now(),
    display_name text NOT NULL CHECK (length(display_name) BETWEEN 1 AND 40),
    bio text NOT NULL DEFAULT '' CHECK (length(bio) <= 500),
    avatar_id uuid REFERENCES core_media (id) ON DELETE SET NULL,
    locale text NOT NULL DEFAULT 'ja',
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended')),
    terms_version text NOT NULL DEFAULT '',
    terms_accepted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE core_session (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES core_user (id) ON DELETE CASCADE,
    -- A browser's cookie; an API session has refresh tokens instead.
    token_hash bytea UNIQUE,
    user_agent text NOT NULL DEFAULT '',
    client text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);

CREATE INDEX core_session_user ON core_session (user_id) WHERE revoked_at IS NULL;

CREATE TABLE core_refresh (
    token_hash bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES core_session (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    used_at timestamptz
);

CREATE INDEX core_refresh_session ON core_refresh (session_id);

CREATE TABLE core_one_time_token (
    token_hash bytea PRIMARY KEY,
    purpose text NOT NULL CHECK (purpose IN ('verify_email', 'change_email', 'reset_password', 'second_factor')),
    user_id uuid NOT NULL REFERENCES core_user (id) ON DELETE CASCADE,
    -- The address that the link was sent to.
    email text NOT NULL DEFAULT '',
    next_path text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);

CREATE INDEX core_one_time_token_user ON core_one_time_token (user_id, purpose);

CREATE TABLE core_totp (
    user_id uuid PRIMARY KEY REFERENCES core_user (id) ON DELETE CASCADE,
    sealed_secret bytea NOT NULL,
    -- RFC 6238 §5.2: a time step is accepted once.
    last_step bigint NOT NULL DEFAULT 0,
    confirmed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE core_recovery_code (
    user_id uuid NOT NULL REFERENCES core_user (id) ON DELETE CASCADE,
    code_hash bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, code_hash)
);

CREATE TABLE core_rate_bucket (
    key text PRIMARY KEY,
    tokens double precision NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE core_role (
    id text PRIMARY KEY CHECK (id ~ '^[a-z][a-z0-9_]{1,29}$'),
    label text NOT NULL,
    is_preset boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- A preset's permission that a tenant took away stays as a row, so that an upgrade does not bring it back.
CREATE TABLE core_role_permission (
    role_id text NOT NULL REFERENCES core_role (id) ON DELETE CASCADE,
    permission text NOT NULL,
    is_granted boolean NOT NULL DEFAULT true,
    PRIMARY KEY (role_id, permission)
);

CREATE TABLE core_user_role (
    user_id uuid NOT NULL REFERENCES core_user (id) ON DELETE CASCADE,
    role_id text NOT NULL REFERENCES core_role (id) ON DELETE CASCADE,
    granted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, role_id)
);

CREATE INDEX core_user_role_role ON core_user_role (role_id);

CREATE TABLE core_address (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES core_user (id) ON DELETE CASCADE,
    label text NOT NULL DEFAULT '',
    family_name text NOT NULL,
    given_name text NOT NULL,
    family_kana text NOT NULL,
    given_kana text NOT NULL,
    postal_code text NOT NULL CHECK (postal_code ~ '^[0-9]{7}$'),
    prefecture text NOT NULL,
    city text NOT NULL,
    line1 text NOT NULL,
    line2 text NOT NULL DEFAULT '',
    phone text NOT NULL CHECK (phone ~ '^0[0-9]{9,10}$'),
    is_default boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX core_address_user ON core_address (user_id);

CREATE UNIQUE INDEX core_address_default ON core_address (user_id) WHERE is_default;
