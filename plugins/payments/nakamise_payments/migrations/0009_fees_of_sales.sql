-- contract: the version before writes none, and null keeps every rule; whoever needs it first writes the fee of that moment
-- The fee that was agreed when the order was sold: what goes back later is reckoned with it, whatever it is by then.
ALTER TABLE payments_sale ADD COLUMN fee_bp int;

ALTER TABLE payments_sale ADD CONSTRAINT payments_sale_fee_check CHECK (fee_bp BETWEEN 0 AND 10000);

CREATE INDEX payments_sale_without_fee ON payments_sale (order_id) WHERE fee_bp IS NULL;

CREATE INDEX payments_sale_subject ON payments_sale (subject);
