-- A tenant's own words for its mails; a mail without a row has ours. revision counts saves.
CREATE TABLE core_mail_text (
    id text NOT NULL CHECK (id <> ''),
    locale text NOT NULL CHECK (locale <> ''),
    subject text NOT NULL CHECK (subject <> ''),
    body text NOT NULL CHECK (body <> ''),
    revision integer NOT NULL DEFAULT 1 CHECK (revision > 0),
    changed_at timestamptz NOT NULL DEFAULT now(),
    actor_name text NOT NULL DEFAULT '',
    PRIMARY KEY (id, locale)
);
