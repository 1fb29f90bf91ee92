-- What we asked Stripe for: the row is there before the call, the id of Stripe's object after the answer.
CREATE TABLE payments_stripe_object (
    op_id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('charge', 'refund', 'transfer', 'reversal')),
    -- The charge of a refund or a transfer, the transfer of a reversal.
    parent_id uuid,
    stripe_id text CHECK (stripe_id <> ''),
    asked_at timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX payments_stripe_object_id ON payments_stripe_object (stripe_id);

-- A buyer as Stripe knows them; made when the first card is kept.
CREATE TABLE payments_stripe_customer (
    user_id uuid PRIMARY KEY,
    customer text NOT NULL UNIQUE CHECK (customer <> ''),
    created_at timestamptz NOT NULL DEFAULT now()
);

-- A seller's own account.
CREATE TABLE payments_stripe_account (
    seller_id uuid PRIMARY KEY,
    account text NOT NULL UNIQUE CHECK (account <> ''),
    payouts_enabled boolean NOT NULL DEFAULT false,
    transfers_active boolean NOT NULL DEFAULT false,
    details_submitted boolean NOT NULL DEFAULT false,
    requirements text[] NOT NULL DEFAULT '{}',
    checked_at timestamptz NOT NULL DEFAULT now()
);

-- Events as they came, once each; unknown types are kept too.
CREATE TABLE payments_stripe_event (
    id text PRIMARY KEY CHECK (id <> ''),
    type text NOT NULL,
    object_id text NOT NULL,
    -- Where it lies that is not at the top: the charge of a refund, the account of Connect.
    account text NOT NULL DEFAULT '',
    received_at timestamptz NOT NULL DEFAULT now(),
    handled_at timestamptz,
    attempts int NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL DEFAULT now(),
    error text NOT NULL DEFAULT ''
);

CREATE INDEX payments_stripe_event_open ON payments_stripe_event (next_at) WHERE handled_at IS NULL;

CREATE INDEX payments_stripe_event_received ON payments_stripe_event (received_at);
