-- append-only: shop_stock_log
-- contract: the version before writes no rows here; what it sells out counts as on sale, as it did before
-- When nothing was left of a variant, and when there was some again: in between it was not sold, and the time proves no
-- former price (shop_price_log). A row where what is left becomes 0 or more than that, not one for each order.
CREATE TABLE shop_stock_log (
    variant_id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    sold_out boolean NOT NULL,
    PRIMARY KEY (variant_id, at)
);

-- Since when these are sold out was not noted: from now on it is known.
INSERT INTO shop_stock_log (variant_id, sold_out) SELECT variant_id, true FROM shop_stock WHERE on_hand <= reserved;
