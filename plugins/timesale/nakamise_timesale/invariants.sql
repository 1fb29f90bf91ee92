-- What must hold in every tenant at every moment. Each query answers the rows that break it: none is right.

-- I9 what a sale sold is what orders took, and not more than there is
SELECT i.id, i.sold, i.quantity, coalesce(sum(t.quantity), 0) AS taken
FROM timesale_item i LEFT JOIN timesale_taken t ON t.item_id = i.id AND t.reverted_at IS NULL
GROUP BY i.id HAVING i.sold <> coalesce(sum(t.quantity), 0) OR i.sold > i.quantity;

-- I9 a person has as many pieces of a sale as their orders took
SELECT p.item_id, p.user_id, p.taken, coalesce(sum(t.quantity), 0) AS of_orders
FROM timesale_person p
LEFT JOIN timesale_taken t ON t.item_id = p.item_id AND t.user_id = p.user_id AND t.reverted_at IS NULL
GROUP BY p.item_id, p.user_id HAVING p.taken <> coalesce(sum(t.quantity), 0);
