-- contract: states become more, and every rule lets through what the version before writes.
ALTER TABLE payments_sandbox_charge
    ADD COLUMN method text NOT NULL DEFAULT 'card',
    ADD COLUMN captured bigint NOT NULL DEFAULT 0,
    ADD COLUMN capture_before timestamptz,
    -- What is paid at a till, until when.
    ADD COLUMN due_at timestamptz,
    -- The card that was kept with this charge.
    ADD COLUMN card text;

UPDATE payments_sandbox_charge SET captured = amount WHERE kind = 'charge' AND state = 'succeeded';

ALTER TABLE payments_sandbox_charge
    DROP CONSTRAINT payments_sandbox_charge_state_check,
    ADD CONSTRAINT payments_sandbox_charge_state_check
        CHECK (state IN ('requires_action', 'authorized', 'succeeded', 'failed', 'canceled'));

-- Cards that buyers keep: a reference for us, the test card's token for the provider.
CREATE TABLE payments_sandbox_card (
    reference text PRIMARY KEY,
    token text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
