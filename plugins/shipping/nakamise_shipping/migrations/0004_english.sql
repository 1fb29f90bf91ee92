-- What an order's wrapping and noshi are called for who reads English; '' = nobody said, or as the version before leaves it.
ALTER TABLE shipping_order ADD COLUMN wrapping_label_en text NOT NULL DEFAULT '';

ALTER TABLE shipping_order ADD COLUMN noshi_en text NOT NULL DEFAULT '';
