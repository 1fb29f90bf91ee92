-- contract: the version before writes none, and null keeps every rule
-- What staff pay a shop themselves, for the buyer paid nothing that it could come from; until when there was something to
-- pass on.
ALTER TABLE payments_sale ADD COLUMN by_hand bigint;

ALTER TABLE payments_sale ADD COLUMN done_at timestamptz;

ALTER TABLE payments_sale ADD CONSTRAINT payments_sale_by_hand_check
    CHECK (by_hand IS NULL OR (by_hand > 0 AND op_id IS NULL));
