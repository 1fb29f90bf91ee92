-- Whose parcels are in a file: staff of one shop see the files that are wholly theirs. Empty, as the version before
-- leaves it: nobody knows, and only who works for all shops sees it.
ALTER TABLE shipping_file ADD COLUMN shop_ids uuid[] NOT NULL DEFAULT '{}';

UPDATE shipping_file f SET shop_ids = found.shop_ids
FROM (
    SELECT s.file_id, array_agg(DISTINCT o.shop_id) AS shop_ids
    FROM shipping_slip s JOIN shipping_slip_order i ON i.slip_id = s.id
    LEFT JOIN shipping_order o ON o.order_id = i.order_id
    GROUP BY s.file_id HAVING bool_and(o.shop_id IS NOT NULL)) found
WHERE f.id = found.file_id;
