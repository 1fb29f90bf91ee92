-- What buyers chose for plugins while they filled their cart: kept with the purchase as it was confirmed.
CREATE TABLE shop_cart_input (
    cart_id uuid NOT NULL REFERENCES shop_cart (id) ON DELETE CASCADE,
    name text NOT NULL CHECK (length(name) BETWEEN 3 AND 120),
    value text NOT NULL CHECK (length(value) BETWEEN 1 AND 500),
    PRIMARY KEY (cart_id, name)
);

ALTER TABLE shop_purchase ADD COLUMN inputs jsonb NOT NULL DEFAULT '{}';
