-- What must hold in every tenant at every moment. Each query answers the rows that break it: none is right.

-- I1 stock: what is reserved is what is ordered and not sent yet
SELECT s.variant_id, s.on_hand, s.reserved, coalesce(l.qty, 0) AS ordered
FROM shop_stock s
LEFT JOIN (SELECT l.variant_id, sum(l.qty - l.refunded_qty) AS qty FROM shop_order_line l JOIN shop_order o ON o.id = l.order_id
           WHERE o.state IN ('pending', 'paid', 'part_refunded', 'disputed') AND l.fulfil_state IN ('unfulfilled', 'processing')
           GROUP BY l.variant_id) l ON l.variant_id = s.variant_id
WHERE s.reserved <> coalesce(l.qty, 0) OR s.reserved < 0 OR s.reserved > s.on_hand;

-- I6 one purchase for each key that was answered, and none without one; keys are kept for a month
SELECT p.id, i.key FROM shop_purchase p
FULL JOIN (SELECT actor_id, key, body FROM shop_idempotency WHERE body ? 'purchase_id' AND body ? 'due') i
     ON i.actor_id = p.buyer_id AND i.key = p.idem
WHERE p.id IS NULL OR (i.key IS NULL AND p.placed_at > now() - interval '29 days') OR (i.body ->> 'purchase_id')::uuid <> p.id;

-- I11 orders add up to their purchase
SELECT p.id, p.total, p.charge, sum(o.total) AS total_of_orders, sum(o.charge) AS charge_of_orders
FROM shop_purchase p LEFT JOIN shop_order o ON o.purchase_id = p.id
GROUP BY p.id HAVING p.total IS DISTINCT FROM sum(o.total) OR p.charge IS DISTINCT FROM sum(o.charge);

-- I11 lines add up to their order
SELECT o.id, o.number, o.goods, sum(l.net) AS goods_of_lines
FROM shop_order o LEFT JOIN shop_order_line l ON l.order_id = o.id
GROUP BY o.id HAVING o.goods IS DISTINCT FROM sum(l.net) OR o.charge < sum(l.cash);

-- I12 an order's state is what its timeline tells
SELECT o.id, o.number, o.state, e.kinds
FROM shop_order o
LEFT JOIN LATERAL (SELECT array_agg(kind ORDER BY at, id) AS kinds FROM shop_order_event WHERE order_id = o.id) e ON true
WHERE array_length(array_positions(e.kinds, 'placed'), 1) IS DISTINCT FROM 1
   OR (o.state = 'paid' AND NOT 'paid' = ANY (e.kinds))
   OR (o.state = 'pending' AND 'paid' = ANY (e.kinds))
   OR (o.state = 'cancelled' AND NOT 'cancelled' = ANY (e.kinds))
   OR (o.state = 'expired' AND NOT 'expired' = ANY (e.kinds))
   OR (o.state = 'closed' AND NOT 'closed' = ANY (e.kinds))
   OR (o.state = 'disputed' AND NOT 'disputed' = ANY (e.kinds));

-- I12 an order's fulfilment is that of its lines: those that were sent, or still have units to send
SELECT o.id, o.number, o.fulfil_state, l.state FROM shop_order o
CROSS JOIN LATERAL (
    SELECT coalesce(CASE WHEN bool_and(fulfil_state IN ('delivered', 'returned')) THEN 'delivered'
                         WHEN bool_and(fulfil_state IN ('shipped', 'delivered', 'returned')) THEN 'shipped'
                         WHEN bool_or(fulfil_state IN ('shipped', 'delivered', 'returned')) THEN 'part_shipped'
                         WHEN bool_or(fulfil_state = 'processing') THEN 'processing' END, 'unfulfilled') AS state
    FROM shop_order_line WHERE order_id = o.id
      AND (refunded_qty < qty OR fulfil_state IN ('shipped', 'delivered', 'returned'))) l
WHERE o.fulfil_state <> l.state;

-- I12 a purchase is paid exactly when its orders were
SELECT p.id, p.state, o.state FROM shop_purchase p JOIN shop_order o ON o.purchase_id = p.id
WHERE (p.state = 'pending') <> (o.state = 'pending')
   -- Reserved money that nobody took in time: the purchase was paid once and is cancelled.
   OR ((p.state = 'paid') <> (o.paid_at IS NOT NULL) AND NOT (p.state = 'cancelled' AND p.paid_at IS NOT NULL));

-- I5 what went back of an order is the sum of its refunds; the last one leaves what was kept back and nothing else
SELECT o.id, o.number, o.state, o.charge, o.refunded_cash, r.cash, r.deduction, o.refunded_points, r.tender, r.shippings
FROM shop_order o
LEFT JOIN (SELECT order_id, sum(cash) AS cash, sum(tender) AS tender, sum(deduction) AS deduction, count(*) FILTER (WHERE shipping > 0) AS shippings,
                  bool_or(is_last) AS is_last FROM shop_refund GROUP BY order_id) r ON r.order_id = o.id
WHERE o.refunded_cash <> coalesce(r.cash, 0) OR o.refunded_points <> coalesce(r.tender, 0) OR r.shippings > 1
   OR r.deduction < 0
   OR (r.is_last AND (o.refunded_cash + r.deduction <> o.charge OR o.refunded_points <> o.points
                      OR (r.deduction = 0 AND o.state <> 'refunded')));

-- I5 units and amounts of refunds add up to the line
SELECT l.order_id, l.line_no, l.qty, l.refunded_qty, b.qty AS back, l.cash, b.cash AS cash_back
FROM shop_order_line l
LEFT JOIN (SELECT r.order_id, p.line_no, sum(p.qty) AS qty, sum(p.cash) AS cash, sum(p.tender) AS tender
           FROM shop_refund_line p JOIN shop_refund r ON r.id = p.refund_id GROUP BY r.order_id, p.line_no) b
     ON b.order_id = l.order_id AND b.line_no = l.line_no
WHERE l.refunded_qty <> coalesce(b.qty, 0) OR b.cash > l.cash OR b.tender > l.points_part
   OR (l.refunded_qty = l.qty AND (b.cash <> l.cash OR b.tender <> l.points_part));

-- I5 a refund is the sum of its lines and its shipping
SELECT r.id, r.cash, r.tender, r.shipping, l.amount FROM shop_refund r
LEFT JOIN (SELECT refund_id, sum(cash + tender) AS amount FROM shop_refund_line GROUP BY refund_id) l ON l.refund_id = r.id
WHERE r.cash + r.tender + r.deduction <> r.shipping + coalesce(l.amount, 0);
