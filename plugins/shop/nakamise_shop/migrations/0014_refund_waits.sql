-- A refund that its rail did not carry, or that the bank sent back: staff still have to pay it.
ALTER TABLE shop_order ADD COLUMN refund_waits boolean NOT NULL DEFAULT false;
