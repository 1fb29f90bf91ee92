-- The provider's own books. They are written in transactions of their own, as if they were elsewhere.
CREATE TABLE payments_sandbox_charge (
    key uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('charge', 'refund')),
    charge_key uuid REFERENCES payments_sandbox_charge (key),
    -- What was asked, so that the same key with another request is refused.
    request jsonb NOT NULL,
    reference text NOT NULL UNIQUE,
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    state text NOT NULL CHECK (state IN ('requires_action', 'succeeded', 'failed', 'canceled')),
    failure text,
    return_url text NOT NULL DEFAULT '',
    refunded bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (refunded BETWEEN 0 AND amount)
);

CREATE INDEX payments_sandbox_charge_created ON payments_sandbox_charge (created_at);
