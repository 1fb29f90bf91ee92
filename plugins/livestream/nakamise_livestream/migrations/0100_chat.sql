-- What was said, for good: the log. What nobody may see any more stays here, marked.
CREATE TABLE livestream_comment (
    id uuid PRIMARY KEY,
    broadcast_id uuid NOT NULL REFERENCES livestream_broadcast (id) ON DELETE CASCADE,
    -- NULL: the person was forgotten.
    user_id uuid,
    author_name text NOT NULL,
    author_role text NOT NULL CHECK (author_role IN ('viewer', 'host', 'moderator', 'staff')),
    text text NOT NULL CHECK (length(text) BETWEEN 1 AND 200),
    -- As it was written, where something in it is masked.
    original text NOT NULL DEFAULT '' CHECK (length(original) <= 200),
    -- Made by the page for each line: the same line twice is one.
    client_key uuid NOT NULL,
    said_at timestamptz NOT NULL,
    deleted_at timestamptz,
    deleted_by_user_id uuid,
    deleted_by_name text NOT NULL DEFAULT '',
    deleted_as text NOT NULL DEFAULT '' CHECK (deleted_as IN ('', 'author', 'host', 'moderator', 'staff')),
    CHECK ((deleted_at IS NULL) = (deleted_as = '')),
    UNIQUE (broadcast_id, user_id, client_key)
);

CREATE INDEX livestream_comment_log ON livestream_comment (broadcast_id, said_at, id);

CREATE INDEX livestream_comment_user ON livestream_comment (user_id);

-- How a broadcast's chat is run; no row: as it begins.
CREATE TABLE livestream_chat (
    broadcast_id uuid PRIMARY KEY REFERENCES livestream_broadcast (id) ON DELETE CASCADE,
    is_open boolean NOT NULL DEFAULT true,
    slow_s int NOT NULL DEFAULT 0 CHECK (slow_s BETWEEN 0 AND 600),
    pinned_id uuid REFERENCES livestream_comment (id) ON DELETE SET NULL
);

-- One row for everybody who spoke in a broadcast, or may not: how soon they may speak again.
CREATE TABLE livestream_chatter (
    broadcast_id uuid NOT NULL REFERENCES livestream_broadcast (id) ON DELETE CASCADE,
    user_id uuid NOT NULL,
    next_at timestamptz NOT NULL,
    muted_until timestamptz,
    is_banned boolean NOT NULL DEFAULT false,
    PRIMARY KEY (broadcast_id, user_id)
);

CREATE INDEX livestream_chatter_user ON livestream_chatter (user_id);

-- How many were there, minute by minute.
CREATE TABLE livestream_minute (
    broadcast_id uuid NOT NULL REFERENCES livestream_broadcast (id) ON DELETE CASCADE,
    minute timestamptz NOT NULL,
    viewers int NOT NULL CHECK (viewers >= 0),
    peak int NOT NULL CHECK (peak >= 0),
    visitors int NOT NULL CHECK (visitors >= 0),
    reactions int NOT NULL CHECK (reactions >= 0),
    PRIMARY KEY (broadcast_id, minute)
);
