-- What the orders that a use lowered came to, tax and shipping included, as they were placed.
ALTER TABLE coupons_use ADD COLUMN sold bigint NOT NULL DEFAULT 0;

-- contract: the version before does not write the column, so that its default holds there
ALTER TABLE coupons_use ADD CONSTRAINT coupons_use_sold CHECK (sold >= 0);
