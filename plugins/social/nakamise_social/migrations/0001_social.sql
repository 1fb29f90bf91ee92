-- The address of a broadcaster's profile, when they chose one.
CREATE TABLE social_profile (
    broadcaster_id uuid PRIMARY KEY,
    handle text NOT NULL UNIQUE CHECK (handle ~ '^[a-z0-9][a-z0-9_-]{2,29}$'),
    changed_at timestamptz NOT NULL
);

-- notify: tell this follower when a broadcast starts.
CREATE TABLE social_follow (
    broadcaster_id uuid NOT NULL,
    user_id uuid NOT NULL,
    notify boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (broadcaster_id, user_id)
);

CREATE INDEX social_follow_user ON social_follow (user_id, created_at DESC);

-- Mails only to those who agreed (Act on Regulation of Transmission of Specified Electronic Mail, art. 3); agreed_at proves it.
CREATE TABLE social_preference (
    user_id uuid PRIMARY KEY,
    mail_live boolean NOT NULL,
    agreed_at timestamptz,
    stop_token text NOT NULL UNIQUE,
    changed_at timestamptz NOT NULL,
    CHECK (NOT mail_live OR agreed_at IS NOT NULL)
);

-- One row a broadcast, however often its start is announced; everybody up to told_until has been told.
CREATE TABLE social_start (
    broadcast_id uuid PRIMARY KEY,
    broadcaster_id uuid NOT NULL,
    name text NOT NULL,
    title text NOT NULL,
    path text NOT NULL,
    at timestamptz NOT NULL,
    told_until uuid,
    told int NOT NULL DEFAULT 0 CHECK (told >= 0),
    mailed int NOT NULL DEFAULT 0 CHECK (mailed BETWEEN 0 AND told),
    done_at timestamptz
);

-- once: the same thing is told to one person once.
CREATE TABLE social_notice (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('order', 'live', 'follow', 'gift', 'news')),
    story text NOT NULL CHECK (story IN ('started', 'followed', 'paid', 'shipped')),
    params jsonb NOT NULL DEFAULT '{}',
    path text NOT NULL CHECK (path LIKE '/%'),
    once text NOT NULL,
    created_at timestamptz NOT NULL,
    read_at timestamptz,
    UNIQUE (user_id, once)
);

CREATE INDEX social_notice_user ON social_notice (user_id, created_at DESC, id DESC);

CREATE INDEX social_notice_unread ON social_notice (user_id, kind) WHERE read_at IS NULL;
