-- Who stands on the stage beside the host. The link is shown once; here is only its hash.
CREATE TABLE livestream_guest (
    id uuid PRIMARY KEY,
    broadcast_id uuid NOT NULL REFERENCES livestream_broadcast (id) ON DELETE CASCADE,
    -- 0 is the host's own.
    seat int NOT NULL CHECK (seat BETWEEN 1 AND 3),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    token_hash bytea NOT NULL UNIQUE,
    state text NOT NULL DEFAULT 'invited' CHECK (state IN ('invited', 'on_stage', 'left', 'removed')),
    is_muted boolean NOT NULL DEFAULT false,
    invited_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL
);

CREATE UNIQUE INDEX livestream_guest_seat ON livestream_guest (broadcast_id, seat) WHERE state <> 'removed';
