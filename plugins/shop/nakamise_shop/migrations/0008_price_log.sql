-- append-only: shop_price_log
-- contract: the version before leaves the new columns empty
-- What was charged when, for as long as a former price may be compared with it (Act against Unjustifiable Premiums
-- and Misleading Representations). One row whenever the price changes or the variant begins or ends being on sale.
CREATE TABLE shop_price_log (
    variant_id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- As the shop typed it.
    price bigint NOT NULL CHECK (price >= 0),
    on_sale boolean NOT NULL,
    PRIMARY KEY (variant_id, at)
);

-- Nothing is known of the time before: what is charged now counts from now.
INSERT INTO shop_price_log (variant_id, price, on_sale)
SELECT v.id, v.price, v.state = 'active' AND p.state = 'published' AND s.state = 'open'
FROM shop_variant v JOIN shop_product p ON p.id = v.product_id JOIN shop_shop s ON s.id = p.shop_id;

-- Until when compare_at is a price that was really charged, if nothing changes; NULL: it is not shown.
ALTER TABLE shop_variant ADD COLUMN was_until timestamptz;

-- What one piece cost with reductions when the buyer last saw it, tax-included: what rose since is said.
ALTER TABLE shop_cart_line ADD COLUMN seen_unit bigint;

ALTER TABLE shop_cart_line ADD CONSTRAINT shop_cart_line_seen_unit_check CHECK (seen_unit >= 0);
