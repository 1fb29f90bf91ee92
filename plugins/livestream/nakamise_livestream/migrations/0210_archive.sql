-- What was recorded of broadcasts. A recording that is deleted waits here until its objects are gone.
CREATE TABLE livestream_recording (
    broadcast_id uuid PRIMARY KEY REFERENCES livestream_broadcast (id) ON DELETE CASCADE,
    is_published boolean NOT NULL DEFAULT true,
    views integer NOT NULL DEFAULT 0 CHECK (views >= 0),
    created_at timestamptz NOT NULL,
    deleted_at timestamptz
);

-- Seconds of it, in the object store. begins_at is the moment that they show; starts_us and duration_us are
-- microseconds on the recording's own time line, which has no gaps.
CREATE TABLE livestream_segment (
    broadcast_id uuid NOT NULL REFERENCES livestream_recording (broadcast_id) ON DELETE CASCADE,
    number integer NOT NULL CHECK (number > 0),
    key text NOT NULL,
    init_key text NOT NULL,
    begins_at timestamptz NOT NULL,
    starts_us bigint NOT NULL CHECK (starts_us >= 0),
    duration_us bigint NOT NULL CHECK (duration_us > 0),
    bytes bigint NOT NULL CHECK (bytes > 0),
    is_discontinuous boolean NOT NULL,
    PRIMARY KEY (broadcast_id, number)
);
