-- append-only: shop_refund, shop_refund_line
-- contract: the version before writes none of the new columns, which have defaults, and states of lines become more
-- Money that went back of a paid order, once per idem; what is left follows from the rows and is kept on the order.
CREATE TABLE shop_refund (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES shop_order (id),
    -- The caller's own id of this refund: the same again changes nothing.
    idem uuid NOT NULL UNIQUE,
    -- Shipping that goes back with it, whoever paid it; part of cash and tender.
    shipping bigint NOT NULL DEFAULT 0 CHECK (shipping >= 0),
    cash bigint NOT NULL CHECK (cash >= 0),
    tender bigint NOT NULL CHECK (tender >= 0),
    -- Kept back for goods that came back worn: compensation, not part of the price.
    deduction bigint NOT NULL DEFAULT 0 CHECK (deduction >= 0),
    is_last boolean NOT NULL,
    reason text NOT NULL DEFAULT '',
    actor_id uuid,
    actor_name text NOT NULL DEFAULT '',
    at timestamptz NOT NULL DEFAULT now(),
    CHECK (shipping <= cash + tender + deduction)
);

CREATE INDEX shop_refund_order ON shop_refund (order_id, at, id);

CREATE INDEX shop_refund_at ON shop_refund (at);

CREATE TABLE shop_refund_line (
    refund_id uuid NOT NULL REFERENCES shop_refund (id),
    line_no int NOT NULL,
    qty int NOT NULL CHECK (qty > 0),
    -- Units that were sent, came back and can be sold again.
    restock int NOT NULL DEFAULT 0 CHECK (restock BETWEEN 0 AND qty),
    cash bigint NOT NULL CHECK (cash >= 0),
    tender bigint NOT NULL CHECK (tender >= 0),
    PRIMARY KEY (refund_id, line_no)
);

ALTER TABLE shop_order
    ADD COLUMN refunded_cash bigint NOT NULL DEFAULT 0,
    ADD COLUMN refunded_points bigint NOT NULL DEFAULT 0,
    ADD COLUMN shipping_refunded boolean NOT NULL DEFAULT false,
    ADD CHECK (refunded_cash BETWEEN 0 AND charge),
    ADD CHECK (refunded_points BETWEEN 0 AND points);

-- A sent line of which nothing is left with the buyer, or paid for.
ALTER TABLE shop_order_line
    DROP CONSTRAINT shop_order_line_fulfil_state_check,
    ADD CONSTRAINT shop_order_line_fulfil_state_check
        CHECK (fulfil_state IN ('unfulfilled', 'processing', 'shipped', 'delivered', 'returned'));
