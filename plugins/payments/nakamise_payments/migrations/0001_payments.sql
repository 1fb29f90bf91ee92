-- append-only: payments_transfer, payments_report

-- One call to a provider: committed before it is made, and its id is the idempotency key.
CREATE TABLE payments_op (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('charge', 'refund')),
    parent_id uuid REFERENCES payments_op (id),
    subject uuid NOT NULL,
    -- What the caller of give_back wants to find again, e.g. the order that was cancelled.
    reference text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    provider_id text NOT NULL CHECK (provider_id <> ''),
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    state text NOT NULL DEFAULT 'new'
        CHECK (state IN ('new', 'sending', 'unknown', 'requires_action', 'succeeded', 'failed', 'canceled')),
    -- A charge that nobody wants any more: the provider is asked to cancel it.
    given_up boolean NOT NULL DEFAULT false,
    provider_ref text NOT NULL DEFAULT '',
    -- What refunds took of this charge, from the moment they are asked for.
    reversed bigint NOT NULL DEFAULT 0,
    attempts int NOT NULL DEFAULT 0,
    failure text,
    action_url text,
    created_at timestamptz NOT NULL DEFAULT now(),
    first_sent_at timestamptz,
    next_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    CHECK (reversed BETWEEN 0 AND amount),
    CHECK ((kind = 'refund') = (parent_id IS NOT NULL)),
    CHECK (kind = 'charge' OR reversed = 0),
    CHECK ((state IN ('succeeded', 'failed', 'canceled')) = (settled_at IS NOT NULL))
);

-- One live charge per thing that is paid for: a second payment is refused by the database.
CREATE UNIQUE INDEX payments_op_live ON payments_op (subject)
    WHERE kind = 'charge' AND state IN ('new', 'sending', 'unknown', 'requires_action', 'succeeded');

CREATE INDEX payments_op_subject ON payments_op (subject, created_at);

CREATE INDEX payments_op_due ON payments_op (next_at)
    WHERE state IN ('new', 'sending', 'unknown', 'requires_action');

CREATE INDEX payments_op_created ON payments_op (created_at DESC, id);

CREATE INDEX payments_op_parent ON payments_op (parent_id);

-- Accounts have no stored balance: a balance is the sum of the transfers.
CREATE TABLE payments_account (
    id text PRIMARY KEY CHECK (id <> ''),
    kind text NOT NULL CHECK (kind IN ('psp_clearing', 'tenant_payable')),
    provider_id text NOT NULL DEFAULT '',
    currency text NOT NULL,
    UNIQUE (id, currency)
);

-- Double entry: one row moves one amount from one account to another, once per idem.
CREATE TABLE payments_transfer (
    id uuid PRIMARY KEY,
    idem text NOT NULL UNIQUE,
    debit text NOT NULL,
    credit text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('capture', 'refund')),
    op_id uuid NOT NULL REFERENCES payments_op (id),
    at timestamptz NOT NULL DEFAULT now(),
    CHECK (debit <> credit),
    FOREIGN KEY (debit, currency) REFERENCES payments_account (id, currency),
    FOREIGN KEY (credit, currency) REFERENCES payments_account (id, currency)
);

CREATE INDEX payments_transfer_op ON payments_transfer (op_id);

CREATE INDEX payments_transfer_at ON payments_transfer (at);

-- What a reconciliation found; an empty list of differences is the good news.
CREATE TABLE payments_report (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    since timestamptz NOT NULL,
    provider_id text NOT NULL,
    compared int NOT NULL CHECK (compared >= 0),
    charged bigint NOT NULL,
    refunded bigint NOT NULL,
    differences jsonb NOT NULL
);

CREATE INDEX payments_report_at ON payments_report (at DESC, id);
