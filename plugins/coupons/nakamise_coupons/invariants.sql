-- What must hold in every tenant at every moment. Each query answers the rows that break it: none is right.

-- I8 a coupon was used as often as its uses say, and not more often than it allows
SELECT c.id, c.name, c.used, c.total_limit, count(u.purchase_id) AS uses
FROM coupons_coupon c LEFT JOIN coupons_use u ON u.coupon_id = c.id AND u.reverted_at IS NULL
GROUP BY c.id HAVING c.used <> count(u.purchase_id) OR c.used > c.total_limit;

-- I8 a code was used as often as its uses say, and not more often than it allows
SELECT k.code, k.used, k.uses_max, count(u.purchase_id) AS uses
FROM coupons_code k LEFT JOIN coupons_use u ON u.code = k.code AND u.reverted_at IS NULL
GROUP BY k.code HAVING k.used <> count(u.purchase_id) OR k.used > k.uses_max;

-- I8 a person used a coupon as often as their uses say
SELECT p.coupon_id, p.user_id, p.used, count(u.purchase_id) AS uses
FROM coupons_person p
LEFT JOIN coupons_use u ON u.coupon_id = p.coupon_id AND u.user_id = p.user_id AND u.reverted_at IS NULL
GROUP BY p.coupon_id, p.user_id HAVING p.used <> count(u.purchase_id);
