-- What was looked at and put into carts: counters by day, product and way, nothing about persons.
CREATE TABLE shop_seen (
    day date NOT NULL,
    product_id uuid NOT NULL,
    via text NOT NULL,
    shown bigint NOT NULL DEFAULT 0,
    views bigint NOT NULL DEFAULT 0,
    carts bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (day, product_id, via)
);

-- How the buyer came to the product: a word such as "search", no address.
ALTER TABLE shop_cart_line ADD COLUMN via text NOT NULL DEFAULT '';

ALTER TABLE shop_order_line ADD COLUMN via text NOT NULL DEFAULT '';

-- Reports by the moment of payment, and of what went back, without reading the wide rows of orders.
CREATE INDEX shop_order_sold ON shop_order (paid_at, id) INCLUDE (shop_id, goods, total, state)
    WHERE paid_at IS NOT NULL;

CREATE INDEX shop_order_undone ON shop_order (closed_at) WHERE state IN ('cancelled', 'refunded');
