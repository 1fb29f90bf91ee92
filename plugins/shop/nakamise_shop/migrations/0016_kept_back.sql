-- contract: rules become wider, and what the version before writes keeps them
-- A lost dispute may take what had been kept back of a refund: then the deduction is below zero.
ALTER TABLE shop_refund
    DROP CONSTRAINT shop_refund_deduction_check,
    ADD CONSTRAINT shop_refund_deduction_check CHECK (deduction >= 0 OR cash >= -deduction),
    DROP CONSTRAINT shop_refund_postage_check,
    ADD CONSTRAINT shop_refund_postage_check
        CHECK (postage BETWEEN least(deduction, 0) AND greatest(deduction, 0));

-- Orders of which something was kept back are partly refunded: that money can still be disputed.
UPDATE shop_order o SET state = 'part_refunded', closed_at = NULL, version = o.version + 1
FROM shop_purchase p
WHERE p.id = o.purchase_id AND p.state = 'paid' AND o.state = 'refunded' AND o.refunded_cash < o.charge
  AND EXISTS (SELECT 1 FROM shop_refund r WHERE r.order_id = o.id AND r.is_last);
