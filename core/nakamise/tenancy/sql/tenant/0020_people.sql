-- Why and when a user was suspended, what was asked about their data, and invitations of staff.

ALTER TABLE core_user ADD COLUMN suspended_at timestamptz;

ALTER TABLE core_user ADD COLUMN suspended_reason text NOT NULL DEFAULT '';

-- A copy of the person's data was handed out; erasing asks for a recent one.
ALTER TABLE core_user ADD COLUMN exported_at timestamptz;

-- Erased users keep their row under a pseudonym: what they bought stays accounted for.
ALTER TABLE core_user ADD COLUMN erased_at timestamptz;

CREATE INDEX core_user_created ON core_user (created_at, id);

-- The expression is that of admin.people.user_list.
CREATE INDEX core_user_search ON core_user
    USING gin (lower(normalize(display_name || ' ' || email, NFKC)) nakamise_ext.gin_trgm_ops);

-- A link that makes somebody staff. Open: neither accepted nor withdrawn nor out of date.
CREATE TABLE core_invitation (
    id uuid PRIMARY KEY,
    email text NOT NULL CHECK (length(email) <= 254),
    email_key text NOT NULL,
    display_name text NOT NULL DEFAULT '' CHECK (length(display_name) <= 40),
    message text NOT NULL DEFAULT '' CHECK (length(message) <= 500),
    token_hash bytea NOT NULL UNIQUE,
    invited_by uuid REFERENCES core_user (id) ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    withdrawn_at timestamptz
);

CREATE UNIQUE INDEX core_invitation_open ON core_invitation (email_key)
    WHERE accepted_at IS NULL AND withdrawn_at IS NULL;

CREATE TABLE core_invitation_role (
    invitation_id uuid NOT NULL REFERENCES core_invitation (id) ON DELETE CASCADE,
    role_id text NOT NULL REFERENCES core_role (id) ON DELETE CASCADE,
    PRIMARY KEY (invitation_id, role_id)
);

CREATE INDEX core_invitation_role_role ON core_invitation_role (role_id);
