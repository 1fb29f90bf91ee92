-- What the shop pays the carrier for a return that the buyer bears: kept back of the refund. 0 = the buyer pays it there.
ALTER TABLE returns_policy
    ADD COLUMN postage bigint NOT NULL DEFAULT 0 CHECK (postage BETWEEN 0 AND 100000);

ALTER TABLE returns_request
    -- What was promised when it was asked for.
    ADD COLUMN postage bigint NOT NULL DEFAULT 0 CHECK (postage >= 0),
    -- What of it was kept back.
    ADD COLUMN postage_kept bigint NOT NULL DEFAULT 0,
    ADD CHECK (postage = 0 OR payer = 'buyer'),
    ADD CHECK (postage_kept BETWEEN 0 AND postage),
    -- An exchange for something cheaper gives the difference back.
    DROP CONSTRAINT returns_request_check1,
    ADD CHECK (state <> 'refunded' OR refund_id IS NOT NULL),
    ADD CHECK (refund_id IS NULL OR state IN ('refunded', 'exchanged'));

ALTER TABLE returns_line
    -- What was sent instead: a variant, with its name of that day; none = the same goods.
    ADD COLUMN sent_variant_id uuid,
    ADD COLUMN sent_name text NOT NULL DEFAULT '';
