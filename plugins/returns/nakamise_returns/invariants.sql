-- What must hold in every tenant at every moment. Each query answers the rows that break it: none is right.

-- I5 never more units on their way back than were bought, and as many as the requests say
SELECT c.order_id, c.line_no, c.bought, c.claimed, l.qty
FROM returns_claim c
LEFT JOIN (SELECT r.order_id, l.line_no, sum(CASE WHEN r.state IN ('received', 'refunded', 'exchanged')
                  THEN l.received_qty ELSE l.qty END) AS qty
           FROM returns_line l JOIN returns_request r ON r.id = l.request_id
           WHERE r.state NOT IN ('rejected', 'cancelled', 'lapsed') GROUP BY r.order_id, l.line_no) l
     ON l.order_id = c.order_id AND l.line_no = c.line_no
WHERE c.claimed <> coalesce(l.qty, 0) OR c.claimed > c.bought;

-- I5 each refunded return is one refund of its order, of its amount; refunds never exceed what was charged
SELECT r.id, r.number, r.refunded, s.cash, s.tender, s.untaken, o.charge, o.refunded_cash
FROM returns_request r
LEFT JOIN shop_refund s ON s.id = r.refund_id
LEFT JOIN shop_order o ON o.id = r.order_id
WHERE o.refunded_cash > o.charge
   OR (r.refund_id IS NOT NULL AND (s.id IS NULL OR s.order_id <> r.order_id OR s.cash + s.tender - s.untaken <> r.refunded));

-- I12 a request's state is what its history tells
SELECT r.id, r.number, r.state, e.kind FROM returns_request r
LEFT JOIN LATERAL (SELECT kind FROM returns_event WHERE request_id = r.id ORDER BY at DESC, id DESC LIMIT 1) e ON true
WHERE e.kind IS DISTINCT FROM r.state;
