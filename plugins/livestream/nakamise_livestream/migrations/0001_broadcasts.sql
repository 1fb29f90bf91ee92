-- append-only: livestream_label_log

-- Who may broadcast. One row a person; what was decided before is in the audit log. The person may be forgotten.
CREATE TABLE livestream_broadcaster (
    id uuid PRIMARY KEY,
    user_id uuid UNIQUE,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    bio text NOT NULL DEFAULT '' CHECK (length(bio) <= 500),
    motive text NOT NULL DEFAULT '' CHECK (length(motive) <= 1000),
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'approved', 'rejected', 'suspended')),
    state_reason text NOT NULL DEFAULT '' CHECK (length(state_reason) <= 500),
    picture_id uuid,
    banner_id uuid,
    agreed_at timestamptz NOT NULL,
    applied_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by_user_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    version bigint NOT NULL DEFAULT 1,
    CHECK (state = 'pending' OR decided_at IS NOT NULL)
);

CREATE INDEX livestream_broadcaster_state ON livestream_broadcaster (state, applied_at);

CREATE TABLE livestream_category (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,59}$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    name_en text NOT NULL DEFAULT '' CHECK (length(name_en) <= 40),
    position int NOT NULL DEFAULT 0,
    is_on boolean NOT NULL DEFAULT true
);

-- A broadcast every week at the same wall time of the tenant's zone, made from the one that is the newest.
CREATE TABLE livestream_series (
    id uuid PRIMARY KEY,
    broadcaster_id uuid NOT NULL REFERENCES livestream_broadcaster (id),
    first_at timestamptz NOT NULL,
    until_on date,
    is_on boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE livestream_broadcast (
    id uuid PRIMARY KEY,
    broadcaster_id uuid NOT NULL REFERENCES livestream_broadcaster (id),
    series_id uuid REFERENCES livestream_series (id),
    series_on date,
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 100),
    description text NOT NULL DEFAULT '' CHECK (length(description) <= 500),
    category_id uuid REFERENCES livestream_category (id),
    cover_id uuid,
    state text NOT NULL DEFAULT 'scheduled'
        CHECK (state IN ('scheduled', 'live', 'paused', 'ended', 'cancelled', 'expired')),
    -- NULL: not announced, the host starts it whenever they like.
    scheduled_for timestamptz,
    rehearsing_since timestamptz,
    started_at timestamptz,
    paused_at timestamptz,
    paused_s int NOT NULL DEFAULT 0 CHECK (paused_s >= 0),
    ended_at timestamptz,
    end_why text NOT NULL DEFAULT ''
        CHECK (end_why IN ('', 'host', 'forced', 'suspended', 'max_duration', 'lost', 'cancelled', 'expired')),
    end_reason text NOT NULL DEFAULT '' CHECK (length(end_reason) <= 500),
    ended_by_user_id uuid,
    -- NULL: the tenant's limit.
    max_minutes int CHECK (max_minutes BETWEEN 1 AND 2880),
    is_sponsored boolean NOT NULL DEFAULT false,
    sponsor text NOT NULL DEFAULT '' CHECK (length(sponsor) <= 100),
    label_locked boolean NOT NULL DEFAULT false,
    run_item_id uuid,
    publishing boolean NOT NULL DEFAULT false,
    lost_at timestamptz,
    viewers_now int NOT NULL DEFAULT 0 CHECK (viewers_now >= 0),
    viewers_peak int NOT NULL DEFAULT 0 CHECK (viewers_peak >= viewers_now),
    viewers_total int NOT NULL DEFAULT 0 CHECK (viewers_total >= 0),
    host_reminded_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    version bigint NOT NULL DEFAULT 1,
    CHECK ((state IN ('live', 'paused', 'ended')) = (started_at IS NOT NULL)),
    CHECK ((state IN ('ended', 'cancelled', 'expired')) = (ended_at IS NOT NULL)),
    CHECK ((state = 'paused') = (paused_at IS NOT NULL)),
    CHECK ((ended_at IS NULL) = (end_why = '')),
    CHECK (rehearsing_since IS NULL OR state = 'scheduled'),
    CHECK (NOT label_locked OR is_sponsored),
    UNIQUE (series_id, series_on)
);

-- Nobody is on the air twice.
CREATE UNIQUE INDEX livestream_broadcast_on_air ON livestream_broadcast (broadcaster_id)
    WHERE state IN ('live', 'paused');

CREATE INDEX livestream_broadcast_live ON livestream_broadcast (viewers_now DESC, id) WHERE state IN ('live', 'paused');

CREATE INDEX livestream_broadcast_next ON livestream_broadcast (scheduled_for, id) WHERE state = 'scheduled';

CREATE INDEX livestream_broadcast_past ON livestream_broadcast (ended_at DESC, id) WHERE state = 'ended';

CREATE INDEX livestream_broadcast_host ON livestream_broadcast (broadcaster_id, state);

-- What a programme such as OBS shows to publish. The key itself is nowhere; one for each broadcast.
CREATE TABLE livestream_stream_key (
    broadcast_id uuid PRIMARY KEY REFERENCES livestream_broadcast (id) ON DELETE CASCADE,
    key_hash bytea NOT NULL UNIQUE,
    hint text NOT NULL,
    created_at timestamptz NOT NULL,
    used_at timestamptz
);

CREATE TABLE livestream_moderator (
    broadcast_id uuid NOT NULL REFERENCES livestream_broadcast (id) ON DELETE CASCADE,
    user_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (broadcast_id, user_id)
);

CREATE INDEX livestream_moderator_user ON livestream_moderator (user_id);

CREATE TABLE livestream_product (
    broadcast_id uuid NOT NULL REFERENCES livestream_broadcast (id) ON DELETE CASCADE,
    product_id uuid NOT NULL,
    position int NOT NULL,
    PRIMARY KEY (broadcast_id, product_id)
);

-- What was shown when, for the pinned card now and for the archive's marks later.
CREATE TABLE livestream_pin (
    id uuid PRIMARY KEY,
    broadcast_id uuid NOT NULL REFERENCES livestream_broadcast (id) ON DELETE CASCADE,
    product_id uuid NOT NULL,
    pinned_at timestamptz NOT NULL,
    unpinned_at timestamptz,
    CHECK (unpinned_at >= pinned_at)
);

-- One product at a time.
CREATE UNIQUE INDEX livestream_pin_now ON livestream_pin (broadcast_id) WHERE unpinned_at IS NULL;

CREATE INDEX livestream_pin_story ON livestream_pin (broadcast_id, pinned_at);

CREATE TABLE livestream_run_item (
    id uuid PRIMARY KEY,
    broadcast_id uuid NOT NULL REFERENCES livestream_broadcast (id) ON DELETE CASCADE,
    position int NOT NULL,
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 100),
    minutes int NOT NULL DEFAULT 5 CHECK (minutes BETWEEN 1 AND 600),
    product_id uuid,
    points text NOT NULL DEFAULT '' CHECK (length(points) <= 2000),
    coupon text NOT NULL DEFAULT '' CHECK (length(coupon) <= 40)
);

CREATE INDEX livestream_run_item_order ON livestream_run_item (broadcast_id, position);

-- When a broadcast began and ceased to say that it is advertising.
CREATE TABLE livestream_label_log (
    id uuid PRIMARY KEY,
    broadcast_id uuid NOT NULL REFERENCES livestream_broadcast (id),
    is_sponsored boolean NOT NULL,
    sponsor text NOT NULL DEFAULT '',
    is_locked boolean NOT NULL DEFAULT false,
    at timestamptz NOT NULL
);

CREATE INDEX livestream_label_log_story ON livestream_label_log (broadcast_id, at);

-- Who wants to be told before it starts.
CREATE TABLE livestream_reminder (
    broadcast_id uuid NOT NULL REFERENCES livestream_broadcast (id) ON DELETE CASCADE,
    user_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    PRIMARY KEY (broadcast_id, user_id)
);

CREATE INDEX livestream_reminder_user ON livestream_reminder (user_id);
