-- contract: the version before writes none, and zero keeps the rules
-- Staff may take less at the provider than was reserved: what of an order was never taken cannot go back either. Refunds
-- and cancellations reckon with what was sold; this is what of that does not come to the buyer.
ALTER TABLE shop_order ADD COLUMN untaken bigint NOT NULL DEFAULT 0;

ALTER TABLE shop_order ADD CONSTRAINT shop_order_untaken_check CHECK (untaken BETWEEN 0 AND charge);

ALTER TABLE shop_refund ADD COLUMN untaken bigint NOT NULL DEFAULT 0;

ALTER TABLE shop_refund ADD CONSTRAINT shop_refund_untaken_check CHECK (untaken BETWEEN 0 AND greatest(cash, 0));
