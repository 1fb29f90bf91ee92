-- Sale periods, limits per person, samples, questions and sizes, related products, uploads waiting to be applied.
-- contract: in every row that the version before writes the new columns are NULL or have their default
ALTER TABLE shop_product ADD COLUMN kind text NOT NULL DEFAULT 'goods';
ALTER TABLE shop_product ADD COLUMN sale_from timestamptz;
ALTER TABLE shop_product ADD COLUMN sale_until timestamptz;
ALTER TABLE shop_product ADD COLUMN per_person_limit int;
ALTER TABLE shop_product ADD COLUMN per_person_days int;
ALTER TABLE shop_product ADD COLUMN faq jsonb NOT NULL DEFAULT '[]';
-- Rows of cells by language, the first row being the heads.
ALTER TABLE shop_product ADD COLUMN size_chart jsonb NOT NULL DEFAULT '{}';

ALTER TABLE shop_product ADD CONSTRAINT shop_product_kind CHECK (kind IN ('goods', 'sample'));
ALTER TABLE shop_product ADD CONSTRAINT shop_product_sale CHECK (sale_until > sale_from);
ALTER TABLE shop_product ADD CONSTRAINT shop_product_person
    CHECK (per_person_limit >= 1 AND (per_person_days IS NULL OR (per_person_days >= 1 AND per_person_limit IS NOT NULL)));
ALTER TABLE shop_product ADD CONSTRAINT shop_product_sample CHECK (kind <> 'sample' OR per_person_limit IS NOT NULL);

-- One row for a person and a limited product. Whoever orders holds it to the end, so that two orders of one person
-- at the same time are counted one after the other.
CREATE TABLE shop_person_limit (
    product_id uuid NOT NULL REFERENCES shop_product (id) ON DELETE CASCADE,
    buyer_id uuid NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (product_id, buyer_id)
);

CREATE INDEX shop_person_limit_buyer ON shop_person_limit (buyer_id);

-- What else is shown beside a product: something that goes with it, or the better one.
CREATE TABLE shop_related (
    product_id uuid NOT NULL REFERENCES shop_product (id) ON DELETE CASCADE,
    other_id uuid NOT NULL REFERENCES shop_product (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('related', 'upgrade')),
    position int NOT NULL DEFAULT 0,
    PRIMARY KEY (product_id, other_id),
    CHECK (product_id <> other_id)
);

CREATE INDEX shop_related_other ON shop_related (other_id);

-- A file between its preview and its being applied; kept for some days.
CREATE TABLE shop_import (
    id uuid PRIMARY KEY,
    actor_id uuid NOT NULL,
    name text NOT NULL DEFAULT '',
    content bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    applied_at timestamptz,
    changed int NOT NULL DEFAULT 0
);

CREATE INDEX shop_import_age ON shop_import (created_at);
