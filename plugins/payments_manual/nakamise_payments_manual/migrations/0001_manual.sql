-- A transfer that is awaited, arrived or ended. `number` is '' for a key that was given up before it was asked with.
CREATE TABLE payments_manual_charge (
    key uuid PRIMARY KEY,
    number text NOT NULL CHECK (number ~ '^([0-9]{6})?$'),
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    state text NOT NULL CHECK (state IN ('requires_action', 'succeeded', 'canceled')),
    -- The account as the buyer was told it.
    account jsonb,
    due_at timestamptz NOT NULL,
    payer_id uuid,
    payer_name text NOT NULL DEFAULT '',
    -- What is paid for: the orders' numbers.
    description text NOT NULL DEFAULT '',
    -- Name and orders as search compares them.
    search text NOT NULL DEFAULT '',
    -- What came, and what of it staff sent back.
    received bigint NOT NULL DEFAULT 0 CHECK (received >= 0),
    returned bigint NOT NULL DEFAULT 0,
    -- Each act of staff takes one: two who saw the same do not both act.
    version int NOT NULL DEFAULT 0,
    settled_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (returned BETWEEN 0 AND received),
    CHECK ((state = 'succeeded') = (settled_at IS NOT NULL)),
    CHECK ((state = 'succeeded') = (received - returned >= amount)),
    CHECK (number <> '' OR state = 'canceled')
);

CREATE UNIQUE INDEX payments_manual_charge_number ON payments_manual_charge (number) WHERE state = 'requires_action';

CREATE INDEX payments_manual_charge_numbers ON payments_manual_charge (number, created_at);

CREATE INDEX payments_manual_charge_created ON payments_manual_charge (created_at);

CREATE INDEX payments_manual_charge_settled ON payments_manual_charge (settled_at) WHERE settled_at IS NOT NULL;

CREATE INDEX payments_manual_charge_payer ON payments_manual_charge (payer_id) WHERE payer_id IS NOT NULL;

-- What staff noted: money that came, and money that they sent back.
CREATE TABLE payments_manual_note (
    id uuid PRIMARY KEY,
    charge_key uuid NOT NULL REFERENCES payments_manual_charge (key),
    version int NOT NULL,
    kind text NOT NULL CHECK (kind IN ('in', 'out')),
    amount bigint NOT NULL CHECK (amount > 0),
    -- On the bank's list, in Japan.
    day date NOT NULL,
    words text NOT NULL DEFAULT '',
    by_id uuid,
    by_name text NOT NULL DEFAULT '',
    at timestamptz NOT NULL DEFAULT now(),
    -- It was a mistake.
    undone boolean NOT NULL DEFAULT false,
    UNIQUE (charge_key, version)
);
