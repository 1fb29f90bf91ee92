-- Prices for a time and a number of pieces.
CREATE TABLE timesale_sale (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    -- NULL: started by hand, or by its broadcast.
    starts_at timestamptz,
    -- The last second in which it runs; NULL: until somebody stops it.
    ends_at timestamptz,
    stopped_at timestamptz,
    -- Begins and ends with this broadcast.
    broadcast_id uuid,
    -- Pieces of each item that one person may have.
    per_person int CHECK (per_person >= 1),
    archived_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    version bigint NOT NULL DEFAULT 1,
    CHECK (ends_at >= starts_at),
    CHECK (stopped_at >= starts_at)
);

CREATE INDEX timesale_sale_new ON timesale_sale (created_at DESC, id);

CREATE INDEX timesale_sale_start ON timesale_sale (starts_at) WHERE stopped_at IS NULL AND archived_at IS NULL;

CREATE INDEX timesale_sale_broadcast ON timesale_sale (broadcast_id) WHERE broadcast_id IS NOT NULL;

-- A product, or one variant of it, for a price or a percentage less.
CREATE TABLE timesale_item (
    id uuid PRIMARY KEY,
    sale_id uuid NOT NULL REFERENCES timesale_sale (id) ON DELETE CASCADE,
    product_id uuid NOT NULL,
    variant_id uuid,
    price bigint CHECK (price >= 1),
    percent int CHECK (percent BETWEEN 1 AND 99),
    quantity int CHECK (quantity >= 1),
    -- Taken by one conditional write of an order, given back when it expires or is cancelled.
    sold int NOT NULL DEFAULT 0 CHECK (sold >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((price IS NULL) <> (percent IS NULL)),
    CHECK (sold <= quantity)
);

CREATE UNIQUE INDEX timesale_item_what
    ON timesale_item (sale_id, product_id, coalesce(variant_id, '00000000-0000-0000-0000-000000000000'::uuid));

CREATE INDEX timesale_item_product ON timesale_item (product_id);

-- Times in which a sale ran before it was started again: less than the list price was charged.
CREATE TABLE timesale_run (
    sale_id uuid NOT NULL REFERENCES timesale_sale (id) ON DELETE CASCADE,
    from_at timestamptz NOT NULL,
    to_at timestamptz NOT NULL,
    PRIMARY KEY (sale_id, from_at),
    CHECK (to_at >= from_at)
);

CREATE TABLE timesale_person (
    item_id uuid NOT NULL REFERENCES timesale_item (id) ON DELETE CASCADE,
    user_id uuid NOT NULL,
    taken int NOT NULL CHECK (taken >= 0),
    PRIMARY KEY (item_id, user_id)
);

CREATE TABLE timesale_taken (
    order_id uuid NOT NULL,
    item_id uuid NOT NULL REFERENCES timesale_item (id),
    user_id uuid,
    quantity int NOT NULL CHECK (quantity > 0),
    at timestamptz NOT NULL DEFAULT now(),
    reverted_at timestamptz,
    PRIMARY KEY (order_id, item_id)
);

CREATE INDEX timesale_taken_item ON timesale_taken (item_id);

CREATE INDEX timesale_taken_user ON timesale_taken (user_id);
