-- contract: the version before leaves the new columns empty
-- How the price was written when it was noted: what buyers paid is reckoned from it, and a former price is proven by what
-- they paid. NULL: noted by the version before; then it was as the next row says, or as it is now.
ALTER TABLE shop_price_log ADD COLUMN tax_class text;

ALTER TABLE shop_price_log ADD COLUMN prices_include_tax boolean;

ALTER TABLE shop_price_log ADD COLUMN rounding text;

-- A change that comes is noted beside what holds today.
UPDATE shop_price_log l SET tax_class = p.tax_class, prices_include_tax = s.prices_include_tax, rounding = s.rounding
FROM shop_variant v JOIN shop_product p ON p.id = v.product_id JOIN shop_shop s ON s.id = p.shop_id
WHERE v.id = l.variant_id;
