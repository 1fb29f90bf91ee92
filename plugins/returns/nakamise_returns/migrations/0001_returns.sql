-- append-only: returns_event
-- What a shop promises about returns; a shop without a row has the default of ``policy.DEFAULT``.
CREATE TABLE returns_policy (
    shop_id uuid PRIMARY KEY,
    -- Days after the delivery for a change of mind; 0 = not accepted.
    days int NOT NULL CHECK (days BETWEEN 0 AND 90),
    defect_days int NOT NULL CHECK (defect_days BETWEEN 1 AND 365),
    payer text NOT NULL CHECK (payer IN ('buyer', 'shop')),
    -- The most that is kept back of worn goods, in basis points of their price.
    deduction_bp int NOT NULL DEFAULT 0 CHECK (deduction_bp BETWEEN 0 AND 10000),
    product_ids uuid[] NOT NULL DEFAULT '{}',
    category_ids uuid[] NOT NULL DEFAULT '{}',
    note text NOT NULL DEFAULT '',
    note_en text NOT NULL DEFAULT '',
    version bigint NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE returns_request (
    id uuid PRIMARY KEY,
    number text NOT NULL UNIQUE,
    order_id uuid NOT NULL,
    order_number text NOT NULL,
    shop_id uuid NOT NULL,
    shop_name text NOT NULL,
    buyer_id uuid NOT NULL,
    buyer_name text NOT NULL,
    wish text NOT NULL CHECK (wish IN ('refund', 'exchange')),
    reason text NOT NULL CHECK (reason IN ('changed_mind', 'defect', 'wrong_item', 'other')),
    words text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT 'requested' CHECK (state IN
        ('requested', 'approved', 'rejected', 'cancelled', 'lapsed', 'received', 'refunded', 'exchanged')),
    payer text NOT NULL CHECK (payer IN ('buyer', 'shop')),
    deduction_bp int NOT NULL CHECK (deduction_bp BETWEEN 0 AND 10000),
    -- Until when the parcel must have come, while it is approved.
    due_at timestamptz,
    deduction bigint NOT NULL DEFAULT 0 CHECK (deduction >= 0),
    refund_id uuid UNIQUE,
    refunded bigint NOT NULL DEFAULT 0 CHECK (refunded >= 0),
    shipment_id uuid UNIQUE,
    requested_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    CHECK ((state = 'approved') = (due_at IS NOT NULL)),
    CHECK ((state = 'refunded') = (refund_id IS NOT NULL)),
    CHECK ((state = 'exchanged') = (shipment_id IS NOT NULL)),
    CHECK ((state IN ('rejected', 'cancelled', 'lapsed', 'refunded', 'exchanged')) = (ended_at IS NOT NULL))
);

CREATE INDEX returns_request_buyer ON returns_request (buyer_id, requested_at DESC);

CREATE INDEX returns_request_order ON returns_request (order_id, requested_at);

CREATE INDEX returns_request_state ON returns_request (state, requested_at DESC);

CREATE INDEX returns_request_due ON returns_request (due_at) WHERE state = 'approved';

CREATE TABLE returns_line (
    request_id uuid NOT NULL REFERENCES returns_request (id),
    line_no int NOT NULL,
    product_id uuid NOT NULL,
    name text NOT NULL,
    qty int NOT NULL CHECK (qty > 0),
    received_qty int CHECK (received_qty BETWEEN 0 AND qty),
    condition text CHECK (condition IN ('unused', 'worn', 'damaged')),
    restock int NOT NULL DEFAULT 0,
    PRIMARY KEY (request_id, line_no),
    CHECK (restock BETWEEN 0 AND coalesce(received_qty, 0)),
    CHECK ((received_qty IS NULL) = (condition IS NULL))
);

-- How many units of an order's line are on their way back or came back: never more than were bought.
CREATE TABLE returns_claim (
    order_id uuid NOT NULL,
    line_no int NOT NULL,
    bought int NOT NULL CHECK (bought > 0),
    claimed int NOT NULL CHECK (claimed BETWEEN 0 AND bought),
    PRIMARY KEY (order_id, line_no)
);

CREATE TABLE returns_photo (
    request_id uuid NOT NULL REFERENCES returns_request (id),
    media_id uuid NOT NULL,
    position int NOT NULL CHECK (position BETWEEN 0 AND 9),
    PRIMARY KEY (request_id, position)
);

CREATE TABLE returns_event (
    id uuid PRIMARY KEY,
    request_id uuid NOT NULL REFERENCES returns_request (id),
    kind text NOT NULL CHECK (kind IN
        ('requested', 'approved', 'rejected', 'cancelled', 'lapsed', 'received', 'refunded', 'exchanged')),
    at timestamptz NOT NULL DEFAULT now(),
    actor_id uuid,
    by_staff boolean NOT NULL,
    words text NOT NULL DEFAULT ''
);

CREATE INDEX returns_event_request ON returns_event (request_id, at, id);

-- The last number of a day.
CREATE TABLE returns_counter (
    day date PRIMARY KEY,
    last int NOT NULL CHECK (last > 0)
);
