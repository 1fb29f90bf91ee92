-- What must hold in every tenant at every moment. Each query answers the rows that break it: none is right.

-- L1 nobody is on the air twice
SELECT broadcaster_id, count(*) FROM livestream_broadcast WHERE state IN ('live', 'paused') GROUP BY 1 HAVING count(*) > 1;

-- L2 who is on the air is approved
SELECT b.id, r.state FROM livestream_broadcast b JOIN livestream_broadcaster r ON r.id = b.broadcaster_id
WHERE b.state IN ('live', 'paused') AND r.state <> 'approved';

-- L3 what is pinned now is in the list, and one thing only, and nothing after the end
SELECT p.id, b.state FROM livestream_pin p JOIN livestream_broadcast b ON b.id = p.broadcast_id
LEFT JOIN livestream_product l ON l.broadcast_id = p.broadcast_id AND l.product_id = p.product_id
WHERE p.unpinned_at IS NULL AND (l.product_id IS NULL OR b.state = 'ended');

-- L4 the label is what the log said last
SELECT b.id, b.is_sponsored, l.is_sponsored FROM livestream_broadcast b
LEFT JOIN LATERAL (SELECT g.is_sponsored, g.is_locked FROM livestream_label_log g WHERE g.broadcast_id = b.id
                   ORDER BY g.at DESC, g.id DESC LIMIT 1) l ON true
WHERE b.is_sponsored IS DISTINCT FROM coalesce(l.is_sponsored, false) OR b.label_locked IS DISTINCT FROM coalesce(l.is_locked, false);

-- L5 what is over sends nothing and has no viewers
SELECT id, state FROM livestream_broadcast
WHERE state IN ('ended', 'cancelled', 'expired') AND (publishing OR viewers_now <> 0 OR lost_at IS NOT NULL);
