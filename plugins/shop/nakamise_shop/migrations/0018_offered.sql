-- When the product could be bought (its period of sale), as it was noted with the price: time outside of it proves no
-- former price. NULL: noted by the version before; then the period that holds now is taken.
ALTER TABLE shop_price_log ADD COLUMN offered tstzrange;

-- What was proven without looking at the period is proven anew with the product's next change.
UPDATE shop_variant v SET was_until = NULL FROM shop_product p
WHERE p.id = v.product_id AND v.was_until IS NOT NULL AND (p.sale_from IS NOT NULL OR p.sale_until IS NOT NULL);
