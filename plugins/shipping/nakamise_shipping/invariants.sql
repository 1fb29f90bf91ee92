-- What must hold in every tenant at every moment. Each query answers the rows that break it: none is right.

-- I31 a line goes with one parcel only
SELECT o.order_id, line, count(*) FROM shipping_slip_order o, unnest(o.line_numbers) line
GROUP BY o.order_id, line HAVING count(*) > 1;

-- I32 a merge has at least two orders, and one that keeps its fee
SELECT m.id, count(o.order_id) FROM shipping_merge m LEFT JOIN shipping_merge_order o ON o.merge_id = m.id
GROUP BY m.id HAVING count(o.order_id) < 2 OR count(*) FILTER (WHERE o.is_kept) <> 1;

-- I33 a row that was applied left its number on a slip, or on an order without one
SELECT r.import_id, r.line, s.ref FROM shipping_import_row r JOIN shipping_slip s ON s.ref = r.ref
WHERE r.outcome = 'shipped' AND s.tracking_number IS NULL;
