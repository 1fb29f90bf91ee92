-- contract: the version before writes none, and zero keeps every rule
-- A share that staff paid themselves, of an order that was refunded afterwards: what the shop has too much, and what of
-- that has come back. No provider can fetch it, so staff ask for it.
ALTER TABLE payments_sale ADD COLUMN paid_by_hand bigint NOT NULL DEFAULT 0;

ALTER TABLE payments_sale ADD COLUMN owed_back bigint NOT NULL DEFAULT 0;

ALTER TABLE payments_sale ADD COLUMN got_back bigint NOT NULL DEFAULT 0;

UPDATE payments_sale s SET paid_by_hand = s.by_hand
WHERE s.by_hand IS NOT NULL AND s.done_at IS NOT NULL AND EXISTS (
    SELECT 1 FROM core_audit a WHERE a.act = 'payments.share_paid' AND a.subject = s.order_id::text);

ALTER TABLE payments_sale ADD CONSTRAINT payments_sale_back_check
    CHECK (0 <= got_back AND got_back <= owed_back AND owed_back <= paid_by_hand);
