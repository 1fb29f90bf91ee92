-- contract: the version before writes no postage, and zero keeps the rules
-- What the shop paid for sending goods back and the buyer bears: kept back, but no part of any price.
ALTER TABLE shop_refund ADD COLUMN postage bigint NOT NULL DEFAULT 0;

ALTER TABLE shop_refund
    ADD CONSTRAINT shop_refund_postage_check CHECK (postage BETWEEN 0 AND deduction);
