-- Where events go. `topics` empty = all of them. Secrets are sealed for this tenant and row.
CREATE TABLE webhooks_endpoint (
    id uuid PRIMARY KEY,
    url text NOT NULL CHECK (length(url) <= 2000),
    description text NOT NULL DEFAULT '',
    topics text[] NOT NULL DEFAULT '{}',
    secret text NOT NULL,
    -- Signs too until then, so that a receiver can change over without a gap.
    old_secret text NOT NULL DEFAULT '',
    old_secret_until timestamptz,
    is_on boolean NOT NULL DEFAULT true,
    off_why text NOT NULL DEFAULT '' CHECK (off_why IN ('', 'staff', 'gone', 'failing')),
    failing_since timestamptz,
    created_by_user_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (old_secret = '' OR old_secret_until IS NOT NULL),
    CHECK (is_on = (off_why = ''))
);

-- An event as it is sent, the same bytes to everybody and on every try. The id is the event's.
CREATE TABLE webhooks_message (
    id uuid PRIMARY KEY,
    topic text NOT NULL,
    body text NOT NULL,
    at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- `ticket` counts what was queued for it; only the job with the newest one works.
CREATE TABLE webhooks_delivery (
    id uuid PRIMARY KEY,
    endpoint_id uuid NOT NULL REFERENCES webhooks_endpoint (id) ON DELETE CASCADE,
    message_id uuid NOT NULL REFERENCES webhooks_message (id) ON DELETE CASCADE,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'dead')),
    ticket int NOT NULL DEFAULT 1,
    tries int NOT NULL DEFAULT 0,
    last_status int,
    last_error text NOT NULL DEFAULT '',
    next_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    UNIQUE (endpoint_id, message_id)
);

CREATE INDEX webhooks_delivery_newest ON webhooks_delivery (created_at, id);

CREATE INDEX webhooks_delivery_message ON webhooks_delivery (message_id);

CREATE TABLE webhooks_attempt (
    id uuid PRIMARY KEY,
    delivery_id uuid NOT NULL REFERENCES webhooks_delivery (id) ON DELETE CASCADE,
    at timestamptz NOT NULL,
    ms int NOT NULL DEFAULT 0,
    status int,
    error text NOT NULL DEFAULT '',
    request_headers jsonb NOT NULL DEFAULT '[]',
    answer_headers jsonb NOT NULL DEFAULT '[]',
    answer_body text NOT NULL DEFAULT '',
    is_cut boolean NOT NULL DEFAULT false
);

CREATE INDEX webhooks_attempt_delivery ON webhooks_attempt (delivery_id, at);
