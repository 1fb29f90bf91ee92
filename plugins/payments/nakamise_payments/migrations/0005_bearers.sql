-- contract: the version before writes none, and zero keeps every rule
-- What of the order's price others than the shop bore: passed on besides what was taken of the buyer.
ALTER TABLE payments_sale ADD COLUMN borne bigint NOT NULL DEFAULT 0;

ALTER TABLE payments_sale ADD CONSTRAINT payments_sale_borne_check CHECK (borne >= 0);
