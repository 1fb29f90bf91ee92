-- What changed in settings, seals over the audit log, versions of legal pages and who agreed to them.
-- append-only: core_setting_change, core_audit_seal, core_audit_link, core_page_version, core_consent

-- owner: "core" or a plugin; changes: {field: {"before": …, "after": …}}, without values of secrets.
CREATE TABLE core_setting_change (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    actor_id uuid,
    actor_name text NOT NULL DEFAULT '',
    owner text NOT NULL,
    changes jsonb NOT NULL DEFAULT '{}'
);

CREATE INDEX core_setting_change_owner ON core_setting_change (owner, id);

-- A seal covers the rows of core_audit that link to it: hash = SHA-256 over the seal before and all of theirs.
CREATE TABLE core_audit_seal (
    number bigint PRIMARY KEY CHECK (number > 0),
    at timestamptz NOT NULL DEFAULT now(),
    row_count integer NOT NULL CHECK (row_count > 0),
    prev_hash bytea NOT NULL,
    hash bytea NOT NULL
);

CREATE TABLE core_audit_link (
    audit_id uuid PRIMARY KEY,
    seal bigint NOT NULL REFERENCES core_audit_seal (number),
    hash bytea NOT NULL
);

CREATE INDEX core_audit_link_seal ON core_audit_link (seal);

CREATE INDEX core_audit_act ON core_audit (act, at);

-- Every version that was ever public; core_page holds the newest.
CREATE TABLE core_page_version (
    slug text NOT NULL CHECK (slug ~ '^[a-z0-9](-?[a-z0-9])*$'),
    locale text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    title text NOT NULL CHECK (title <> ''),
    body text NOT NULL,
    note text NOT NULL DEFAULT '',
    needs_consent boolean NOT NULL DEFAULT false,
    published_at timestamptz NOT NULL DEFAULT now(),
    actor_name text NOT NULL DEFAULT '',
    PRIMARY KEY (slug, locale, version)
);

INSERT INTO core_page_version (slug, locale, version, title, body, published_at)
SELECT slug, locale, version, title, body, changed_at FROM core_page;

-- Being written: at most one for each page and language. based_on: the version that it was begun from.
CREATE TABLE core_page_draft (
    slug text NOT NULL CHECK (slug ~ '^[a-z0-9](-?[a-z0-9])*$'),
    locale text NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    based_on integer NOT NULL DEFAULT 0,
    revision integer NOT NULL DEFAULT 1,
    changed_at timestamptz NOT NULL DEFAULT now(),
    actor_name text NOT NULL DEFAULT '',
    PRIMARY KEY (slug, locale)
);

CREATE TABLE core_consent (
    user_id uuid NOT NULL REFERENCES core_user (id) ON DELETE CASCADE,
    slug text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    at timestamptz NOT NULL DEFAULT now(),
    ip text NOT NULL DEFAULT '',
    PRIMARY KEY (user_id, slug, version)
);
