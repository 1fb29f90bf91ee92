-- What somebody tapped in a broadcast and put into the cart there. One row a person and product; the person is a
-- digest, which nothing leads back from.
CREATE TABLE livestream_interest (
    id uuid PRIMARY KEY,
    broadcast_id uuid NOT NULL REFERENCES livestream_broadcast (id) ON DELETE CASCADE,
    product_id uuid NOT NULL,
    visitor bytea NOT NULL,
    clicks int NOT NULL DEFAULT 0 CHECK (clicks >= 0),
    adds int NOT NULL DEFAULT 0 CHECK (adds >= 0),
    first_at timestamptz NOT NULL,
    added_at timestamptz,
    CHECK ((adds = 0) = (added_at IS NULL)),
    UNIQUE (broadcast_id, product_id, visitor)
);

-- In which broadcast somebody put a product into the cart last.
CREATE INDEX livestream_interest_added ON livestream_interest (visitor, product_id, added_at) WHERE added_at IS NOT NULL;

-- A line of an order that a broadcast brought; written in the order's transaction. amount: tax-included, minor units,
-- after discounts.
CREATE TABLE livestream_sale (
    order_id uuid NOT NULL,
    variant_id uuid NOT NULL,
    product_id uuid NOT NULL,
    broadcast_id uuid NOT NULL REFERENCES livestream_broadcast (id),
    quantity int NOT NULL CHECK (quantity > 0),
    amount bigint NOT NULL CHECK (amount >= 0),
    placed_at timestamptz NOT NULL,
    -- The order expired or was cancelled.
    reverted_at timestamptz,
    PRIMARY KEY (order_id, variant_id)
);

CREATE INDEX livestream_sale_broadcast ON livestream_sale (broadcast_id, product_id) WHERE reverted_at IS NULL;
