-- How far each counter of a media worker has been written down, so that nothing is counted twice by whoever counts next.
CREATE TABLE livestream_metered (
    broadcast_id uuid NOT NULL REFERENCES livestream_broadcast (id) ON DELETE CASCADE,
    meter text NOT NULL,
    seconds bigint NOT NULL DEFAULT 0 CHECK (seconds >= 0),
    bytes bigint NOT NULL DEFAULT 0 CHECK (bytes >= 0),
    PRIMARY KEY (broadcast_id, meter)
);

-- Where a broadcast is published at a media server that is not ours: its session's address, sealed.
CREATE TABLE livestream_publication (
    broadcast_id uuid PRIMARY KEY REFERENCES livestream_broadcast (id) ON DELETE CASCADE,
    session text NOT NULL,
    published_at timestamptz NOT NULL
);
