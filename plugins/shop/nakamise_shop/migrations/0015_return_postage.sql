-- What the shop paid for sending goods back and the buyer bears: kept back, but no part of any price.
ALTER TABLE shop_refund
    ADD COLUMN postage bigint NOT NULL DEFAULT 0 CHECK (postage >= 0),
    ADD CHECK (postage <= deduction);
