-- What every tenant has, whatever is on.
-- read-only: core_migration
-- append-only: core_audit

CREATE TABLE core_migration (
    plugin text NOT NULL,
    revision integer NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (plugin, revision)
);

CREATE TABLE core_audit (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    actor_id uuid,
    actor_name text NOT NULL DEFAULT '',
    act text NOT NULL,
    subject text NOT NULL DEFAULT '',
    ip text NOT NULL DEFAULT '',
    detail jsonb NOT NULL DEFAULT '{}'
);

CREATE INDEX core_audit_at ON core_audit (at);

CREATE TABLE core_mail (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now(),
    recipient text NOT NULL,
    subject text NOT NULL,
    text_body text NOT NULL,
    html_body text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    last_error text NOT NULL DEFAULT '',
    sent_at timestamptz
);

CREATE INDEX core_mail_created ON core_mail (created_at);

CREATE TABLE core_media (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    owner_id uuid,
    content_sha256 text NOT NULL,
    width integer NOT NULL CHECK (width > 0),
    height integer NOT NULL CHECK (height > 0),
    colour text NOT NULL DEFAULT '',
    keys jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX core_media_content ON core_media (content_sha256);

CREATE TABLE core_page (
    slug text NOT NULL CHECK (slug ~ '^[a-z0-9](-?[a-z0-9])*$'),
    locale text NOT NULL,
    title text NOT NULL CHECK (title <> ''),
    body text NOT NULL,
    version integer NOT NULL DEFAULT 1,
    weight integer NOT NULL DEFAULT 50,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (slug, locale)
);
