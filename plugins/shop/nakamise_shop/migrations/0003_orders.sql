-- append-only: shop_order_event
-- A purchase is what the buyer confirms once; under it one order per shop.
CREATE TABLE shop_purchase (
    id uuid PRIMARY KEY,
    buyer_id uuid NOT NULL,
    -- One confirmation = one purchase, whatever the network does to the answer.
    idem text NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'paid', 'expired', 'cancelled')),
    currency text NOT NULL,
    total bigint NOT NULL CHECK (total >= 0),
    charge bigint NOT NULL CHECK (charge BETWEEN 0 AND total),
    quote jsonb NOT NULL,
    address jsonb NOT NULL,
    provider_id text NOT NULL DEFAULT '',
    email text NOT NULL,
    locale text NOT NULL,
    expires_at timestamptz NOT NULL,
    placed_at timestamptz NOT NULL DEFAULT now(),
    paid_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    UNIQUE (buyer_id, idem),
    CHECK (state <> 'paid' OR paid_at IS NOT NULL)
);

CREATE INDEX shop_purchase_due ON shop_purchase (expires_at) WHERE state = 'pending';

CREATE TABLE shop_order (
    id uuid PRIMARY KEY,
    purchase_id uuid NOT NULL REFERENCES shop_purchase (id),
    shop_id uuid NOT NULL REFERENCES shop_shop (id),
    number text NOT NULL UNIQUE,
    buyer_id uuid NOT NULL,
    buyer_name text NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'paid', 'expired', 'cancelled', 'part_refunded', 'refunded')),
    fulfil_state text NOT NULL DEFAULT 'unfulfilled'
        CHECK (fulfil_state IN ('unfulfilled', 'processing', 'part_shipped', 'shipped', 'delivered')),
    currency text NOT NULL,
    goods bigint NOT NULL,
    shipping bigint NOT NULL,
    total bigint NOT NULL,
    points bigint NOT NULL DEFAULT 0,
    charge bigint NOT NULL,
    tax bigint NOT NULL,
    -- The shop's part of the quote: lines, tax lines, adjustments; frozen.
    quote jsonb NOT NULL,
    -- Name, seller and invoice number as they were.
    shop jsonb NOT NULL,
    address jsonb NOT NULL,
    note text NOT NULL DEFAULT '',
    search_text text NOT NULL DEFAULT '',
    placed_at timestamptz NOT NULL DEFAULT now(),
    paid_at timestamptz,
    closed_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    CHECK (goods + shipping = total),
    CHECK (points + charge = total),
    CHECK (least(goods, shipping, points, charge, tax) >= 0)
);

CREATE INDEX shop_order_buyer ON shop_order (buyer_id, placed_at DESC, id);

CREATE INDEX shop_order_shop ON shop_order (shop_id, placed_at DESC, id);

CREATE INDEX shop_order_purchase ON shop_order (purchase_id);

CREATE TABLE shop_order_line (
    order_id uuid NOT NULL REFERENCES shop_order (id),
    line_no int NOT NULL,
    product_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    sku text NOT NULL,
    name text NOT NULL,
    variant_name text NOT NULL DEFAULT '',
    picture text,
    qty int NOT NULL CHECK (qty > 0),
    list bigint NOT NULL CHECK (list >= 0),
    unit bigint NOT NULL CHECK (unit BETWEEN 0 AND list),
    sub bigint NOT NULL,
    discount bigint NOT NULL DEFAULT 0,
    net bigint NOT NULL,
    points_part bigint NOT NULL DEFAULT 0,
    cash bigint NOT NULL,
    tax_bp int NOT NULL,
    reduced boolean NOT NULL DEFAULT false,
    refunded_qty int NOT NULL DEFAULT 0,
    fulfil_state text NOT NULL DEFAULT 'unfulfilled'
        CHECK (fulfil_state IN ('unfulfilled', 'processing', 'shipped', 'delivered')),
    shipment_id uuid,
    PRIMARY KEY (order_id, line_no),
    CHECK (sub = unit * qty),
    CHECK (net = sub - discount),
    CHECK (cash = net - points_part),
    CHECK (least(sub, discount, net, points_part, cash) >= 0),
    CHECK (refunded_qty BETWEEN 0 AND qty)
);

CREATE INDEX shop_order_line_variant ON shop_order_line (variant_id);

CREATE TABLE shop_shipment (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES shop_order (id),
    carrier text NOT NULL,
    tracking_number text NOT NULL,
    shipped_at timestamptz NOT NULL DEFAULT now(),
    delivered_at timestamptz,
    created_by uuid,
    UNIQUE (order_id, carrier, tracking_number)
);

CREATE TABLE shop_order_event (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES shop_order (id),
    kind text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    actor_id uuid,
    actor_name text NOT NULL DEFAULT '',
    data jsonb NOT NULL DEFAULT '{}'
);

CREATE INDEX shop_order_event_order ON shop_order_event (order_id, at, id);

-- The last number given out for a shop and day; taken in the order's own transaction.
CREATE TABLE shop_order_counter (
    prefix text NOT NULL,
    day date NOT NULL,
    last int NOT NULL CHECK (last > 0),
    PRIMARY KEY (prefix, day)
);

CREATE TABLE shop_idempotency (
    actor_id uuid NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    fingerprint text NOT NULL,
    status int,
    body jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (actor_id, key)
);
