-- Replays: a picture of the recording, what went wrong while it was made, chapters in the host's words, who watched it.
ALTER TABLE livestream_recording
    ADD COLUMN poster_key text NOT NULL DEFAULT '',
    ADD COLUMN trouble text NOT NULL DEFAULT '',
    ADD COLUMN lost_us bigint NOT NULL DEFAULT 0,
    ADD COLUMN has_chapters boolean NOT NULL DEFAULT false;

-- has_chapters says that these are the host's, also when there are none: otherwise the pins make them.
CREATE TABLE livestream_chapter (
    broadcast_id uuid NOT NULL REFERENCES livestream_recording (broadcast_id) ON DELETE CASCADE,
    starts_us bigint NOT NULL CHECK (starts_us >= 0),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 80),
    PRIMARY KEY (broadcast_id, starts_us)
);

-- Everybody counts once. Digests only: of somebody signed in, or of a guest's cookie.
CREATE TABLE livestream_replay_viewer (
    broadcast_id uuid NOT NULL REFERENCES livestream_recording (broadcast_id) ON DELETE CASCADE,
    viewer bytea NOT NULL CHECK (length(viewer) = 32),
    PRIMARY KEY (broadcast_id, viewer)
);
