-- Buyers with a claim over ¥10,000 ask who the seller is; the site's operator decides. Kept as a log.
CREATE TABLE shop_disclosure (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES shop_order (id),
    shop_id uuid NOT NULL REFERENCES shop_shop (id),
    user_id uuid NOT NULL,
    claim bigint NOT NULL CHECK (claim > 10000),
    reason text NOT NULL CHECK (reason <> ''),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'disclosed', 'refused')),
    due_on date NOT NULL,
    -- Which checks the operator made: {"identity": true, …}.
    checks jsonb NOT NULL DEFAULT '{}',
    -- What was told, as it was told; {} until then.
    told jsonb NOT NULL DEFAULT '{}',
    answer text NOT NULL DEFAULT '',
    decided_by text NOT NULL DEFAULT '',
    decided_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((state = 'open') = (decided_at IS NULL)),
    CHECK (state <> 'refused' OR answer <> ''),
    CHECK ((state = 'disclosed') = (told <> '{}'))
);

-- One open request for an order.
CREATE UNIQUE INDEX shop_disclosure_open ON shop_disclosure (order_id) WHERE state = 'open';

CREATE INDEX shop_disclosure_list ON shop_disclosure (created_at DESC, id);
