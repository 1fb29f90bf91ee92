-- contract: states become more, and every rule lets through what the version before writes; new columns have defaults
-- Every state of an order that the rules know: closed is past the return window, disputed waits for the bank.
ALTER TABLE shop_order
    DROP CONSTRAINT shop_order_state_check,
    ADD CONSTRAINT shop_order_state_check CHECK (state IN
        ('pending', 'paid', 'closed', 'expired', 'cancelled', 'part_refunded', 'refunded', 'disputed')),
    -- Where a dispute that is won leads back to.
    ADD COLUMN disputed_from text,
    ADD CHECK ((state = 'disputed') = (disputed_from IS NOT NULL)),
    ADD CHECK (disputed_from IN ('paid', 'closed', 'part_refunded')),
    -- What staff changed of shop_purchase.inputs for this order: wins over it.
    ADD COLUMN inputs jsonb NOT NULL DEFAULT '{}';

-- The oldest first for the task that closes orders.
CREATE INDEX shop_order_paid ON shop_order (paid_at) WHERE state = 'paid';

-- What staff tell each other about an order; the buyer never sees it.
CREATE TABLE shop_order_note (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES shop_order (id),
    body text NOT NULL CHECK (length(body) BETWEEN 1 AND 2000),
    author_id uuid,
    author_name text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX shop_order_note_order ON shop_order_note (order_id, created_at, id);

-- The money is only reserved, and until when; empty once it is taken. Its orders count as paid.
ALTER TABLE shop_purchase ADD COLUMN authorized_until timestamptz;
