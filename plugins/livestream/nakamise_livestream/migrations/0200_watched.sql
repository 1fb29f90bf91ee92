-- What was sent to viewers, by hours of UTC, for plans that count it.
CREATE TABLE livestream_watched (
    broadcast_id uuid NOT NULL REFERENCES livestream_broadcast (id) ON DELETE CASCADE,
    hour timestamptz NOT NULL,
    seconds bigint NOT NULL DEFAULT 0 CHECK (seconds >= 0),
    bytes bigint NOT NULL DEFAULT 0 CHECK (bytes >= 0),
    PRIMARY KEY (broadcast_id, hour)
);

CREATE INDEX livestream_watched_hour ON livestream_watched (hour);
