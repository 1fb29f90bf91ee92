-- append-only: payments_acknowledgement
-- contract: kinds and states become more, and every rule lets through what the version before writes.

ALTER TABLE payments_op
    -- The provider's way to pay: card, konbini.
    ADD COLUMN method text NOT NULL DEFAULT 'card',
    ADD COLUMN capture text NOT NULL DEFAULT 'automatic',
    -- What happens to an authorisation that nobody took: it is let go or taken.
    ADD COLUMN at_expiry text NOT NULL DEFAULT 'cancel',
    ADD COLUMN capture_before timestamptz,
    -- What of a charge was taken.
    ADD COLUMN captured bigint NOT NULL DEFAULT 0,
    -- What the provider keeps of a charge.
    ADD COLUMN fee bigint NOT NULL DEFAULT 0,
    ADD COLUMN instructions jsonb,
    -- Money that came late, when another payment had taken its place; it goes back.
    ADD COLUMN extra boolean NOT NULL DEFAULT false,
    -- How many warnings were sent of the authorisation's end.
    ADD COLUMN warned int NOT NULL DEFAULT 0,
    ADD COLUMN payer_id uuid,
    ADD COLUMN seller_id uuid,
    -- How staff gave money back by hand, in their words.
    ADD COLUMN note text NOT NULL DEFAULT '';

UPDATE payments_op SET captured = amount WHERE kind = 'charge' AND state = 'succeeded';

ALTER TABLE payments_op
    DROP CONSTRAINT payments_op_kind_check,
    ADD CONSTRAINT payments_op_kind_check
        CHECK (kind IN ('charge', 'capture', 'release', 'refund', 'transfer', 'reversal')),
    DROP CONSTRAINT payments_op_state_check,
    ADD CONSTRAINT payments_op_state_check CHECK (state IN (
        'new', 'sending', 'unknown', 'requires_action', 'authorized', 'by_hand', 'succeeded', 'failed', 'canceled')),
    DROP CONSTRAINT payments_op_check1,
    ADD CONSTRAINT payments_op_parent_check CHECK ((kind = 'charge') = (parent_id IS NULL)),
    DROP CONSTRAINT payments_op_check2,
    ADD CONSTRAINT payments_op_reversed_check CHECK (kind IN ('charge', 'transfer') OR reversed = 0),
    ADD CONSTRAINT payments_op_capture_check CHECK (capture IN ('automatic', 'manual')),
    ADD CONSTRAINT payments_op_at_expiry_check CHECK (at_expiry IN ('cancel', 'capture')),
    ADD CONSTRAINT payments_op_captured_check CHECK (captured BETWEEN 0 AND amount),
    ADD CONSTRAINT payments_op_fee_check CHECK (fee >= 0),
    ADD CONSTRAINT payments_op_authorized_check CHECK (state <> 'authorized' OR kind = 'charge'),
    ADD CONSTRAINT payments_op_by_hand_check CHECK (state <> 'by_hand' OR kind = 'refund');

DROP INDEX payments_op_live;

CREATE UNIQUE INDEX payments_op_live ON payments_op (subject)
    WHERE kind = 'charge' AND NOT extra
    AND state IN ('new', 'sending', 'unknown', 'requires_action', 'authorized', 'succeeded');

-- One live capture of each charge.
CREATE UNIQUE INDEX payments_op_capture ON payments_op (parent_id)
    WHERE kind = 'capture' AND state IN ('new', 'sending', 'unknown', 'succeeded');

DROP INDEX payments_op_due;

CREATE INDEX payments_op_due ON payments_op (next_at)
    WHERE state IN ('new', 'sending', 'unknown', 'requires_action', 'authorized');

CREATE INDEX payments_op_capture_before ON payments_op (capture_before) WHERE state = 'authorized';

CREATE INDEX payments_op_by_hand ON payments_op (created_at) WHERE state = 'by_hand';

CREATE INDEX payments_op_payer ON payments_op (payer_id) WHERE payer_id IS NOT NULL;

ALTER TABLE payments_account
    DROP CONSTRAINT payments_account_kind_check,
    ADD CONSTRAINT payments_account_kind_check
        CHECK (kind IN ('psp_clearing', 'tenant_payable', 'provider_fee', 'by_hand'));

ALTER TABLE payments_transfer
    DROP CONSTRAINT payments_transfer_kind_check,
    ADD CONSTRAINT payments_transfer_kind_check CHECK (kind IN (
        'capture', 'fee', 'refund', 'refund_failed', 'by_hand', 'dispute', 'dispute_won', 'transfer', 'reversal'));

-- A card that the provider keeps; we know of it what is printed on a receipt.
CREATE TABLE payments_saved (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    provider_id text NOT NULL,
    reference text NOT NULL CHECK (reference <> ''),
    brand text NOT NULL,
    last4 text NOT NULL CHECK (last4 ~ '^[0-9]{4}$'),
    exp_month int NOT NULL CHECK (exp_month BETWEEN 1 AND 12),
    exp_year int NOT NULL CHECK (exp_year BETWEEN 2000 AND 2200),
    created_at timestamptz NOT NULL DEFAULT now(),
    used_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (provider_id, reference)
);

CREATE INDEX payments_saved_user ON payments_saved (user_id, used_at DESC);

CREATE TABLE payments_dispute (
    id uuid PRIMARY KEY,
    provider_id text NOT NULL,
    reference text NOT NULL CHECK (reference <> ''),
    op_id uuid NOT NULL REFERENCES payments_op (id),
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'won', 'lost')),
    reason text NOT NULL DEFAULT '',
    -- The bank asks, and no money has moved.
    is_inquiry boolean NOT NULL DEFAULT false,
    respond_by timestamptz,
    opened_at timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz,
    UNIQUE (provider_id, reference),
    CHECK ((state = 'open') = (closed_at IS NULL))
);

CREATE INDEX payments_dispute_op ON payments_dispute (op_id);

-- Staff have seen the differences of a report: payouts go on.
CREATE TABLE payments_acknowledgement (
    report_id uuid PRIMARY KEY REFERENCES payments_report (id),
    at timestamptz NOT NULL DEFAULT now(),
    user_id uuid,
    name text NOT NULL DEFAULT '',
    note text NOT NULL CHECK (note <> '')
);

-- What one seller wants otherwise than the site; NULL as the site has it.
CREATE TABLE payments_seller (
    seller_id uuid PRIMARY KEY,
    capture text CHECK (capture IN ('automatic', 'manual')),
    at_expiry text CHECK (at_expiry IN ('cancel', 'capture'))
);

-- An order that was paid, and what of it is the seller's: it goes to the seller's own account after the sale.
CREATE TABLE payments_sale (
    order_id uuid PRIMARY KEY,
    subject uuid NOT NULL,
    seller_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- The transfer was asked for.
    op_id uuid UNIQUE REFERENCES payments_op (id)
);

CREATE INDEX payments_sale_open ON payments_sale (created_at) WHERE op_id IS NULL;
