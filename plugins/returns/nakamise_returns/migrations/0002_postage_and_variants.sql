-- contract: the version before writes no postage, and zero keeps the rules; what it exchanges has no refund
-- What the shop pays the carrier for a return that the buyer bears: kept back of the refund. 0 = the buyer pays it there.
ALTER TABLE returns_policy ADD COLUMN postage bigint NOT NULL DEFAULT 0;

ALTER TABLE returns_policy ADD CONSTRAINT returns_policy_postage_check CHECK (postage BETWEEN 0 AND 100000);

-- postage: what was promised when it was asked for; postage_kept: what of it was kept back.
ALTER TABLE returns_request
    ADD COLUMN postage bigint NOT NULL DEFAULT 0,
    ADD COLUMN postage_kept bigint NOT NULL DEFAULT 0;

-- An exchange for something cheaper gives the difference back.
ALTER TABLE returns_request
    ADD CONSTRAINT returns_request_promised_check CHECK (postage >= 0 AND (postage = 0 OR payer = 'buyer')),
    ADD CONSTRAINT returns_request_kept_back_check CHECK (postage_kept BETWEEN 0 AND postage),
    DROP CONSTRAINT returns_request_check1,
    ADD CONSTRAINT returns_request_given_back_check CHECK (state <> 'refunded' OR refund_id IS NOT NULL),
    ADD CONSTRAINT returns_request_refund_id_state_check CHECK (refund_id IS NULL OR state IN ('refunded', 'exchanged'));

-- What was sent instead: a variant, with its name of that day; none = the same goods.
ALTER TABLE returns_line
    ADD COLUMN sent_variant_id uuid,
    ADD COLUMN sent_name text NOT NULL DEFAULT '';
