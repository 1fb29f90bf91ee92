-- contract: the version before leaves the columns empty where it lets go of what was reserved
-- What is let go of a reservation was never taken. It is noted now when it is let go; of orders of which nothing was sent,
-- and whose money is still reserved or was until it ended, it is noted here. What was taken since tells nothing any more.
UPDATE shop_refund r SET untaken = r.cash
FROM shop_order o JOIN shop_purchase p ON p.id = o.purchase_id
WHERE o.id = r.order_id AND p.authorized_until IS NOT NULL AND o.fulfil_state IN ('unfulfilled', 'processing')
    AND r.untaken < r.cash;

UPDATE shop_order o SET untaken = o.charge FROM shop_purchase p
WHERE p.id = o.purchase_id AND p.authorized_until IS NOT NULL AND o.fulfil_state IN ('unfulfilled', 'processing')
    AND o.state IN ('cancelled', 'refunded');

UPDATE shop_order o SET untaken = b.untaken
FROM shop_purchase p, (SELECT order_id, sum(untaken) AS untaken FROM shop_refund GROUP BY order_id) b
WHERE p.id = o.purchase_id AND p.authorized_until IS NOT NULL AND o.fulfil_state IN ('unfulfilled', 'processing')
    AND b.order_id = o.id AND o.state NOT IN ('cancelled', 'refunded');
