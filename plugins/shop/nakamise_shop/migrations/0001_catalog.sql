-- Shops, categories, products, variants, stock.
CREATE TABLE shop_shop (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,59}$'),
    name text NOT NULL CHECK (name <> ''),
    introduction text NOT NULL DEFAULT '',
    translations jsonb NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'open', 'suspended', 'closed')),
    -- The items of the Act on Specified Commercial Transactions, art. 11, by name.
    legal jsonb NOT NULL DEFAULT '{}',
    invoice_number text CHECK (invoice_number ~ '^T[0-9]{13}$'),
    rounding text NOT NULL DEFAULT 'floor' CHECK (rounding IN ('floor', 'ceil', 'half_up')),
    prices_include_tax boolean NOT NULL DEFAULT true,
    shipping_fee bigint NOT NULL DEFAULT 0 CHECK (shipping_fee >= 0),
    free_over bigint CHECK (free_over >= 0),
    order_number_prefix text NOT NULL UNIQUE CHECK (order_number_prefix ~ '^[A-Z0-9]{1,8}$'),
    picture_id uuid,
    opened_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    version bigint NOT NULL DEFAULT 1
);

CREATE TABLE shop_category (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    name text NOT NULL CHECK (name <> ''),
    translations jsonb NOT NULL DEFAULT '{}',
    parent_id uuid REFERENCES shop_category (id),
    position int NOT NULL DEFAULT 0,
    picture_id uuid,
    is_on boolean NOT NULL DEFAULT true,
    CHECK (parent_id IS NULL OR parent_id <> id)
);

CREATE TABLE shop_product (
    id uuid PRIMARY KEY,
    shop_id uuid NOT NULL REFERENCES shop_shop (id),
    category_id uuid REFERENCES shop_category (id),
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,119}$'),
    name text NOT NULL CHECK (name <> ''),
    description text NOT NULL DEFAULT '',
    translations jsonb NOT NULL DEFAULT '{}',
    tax_class text NOT NULL DEFAULT 'standard',
    state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'published', 'archived')),
    -- [{"name": "色", "name_en": "Shade", "values": ["01 紅"], "values_en": ["01 Crimson"]}]
    options jsonb NOT NULL DEFAULT '[]',
    -- [["内容量", "30 mL", "Volume", "30 mL"]]
    specs jsonb NOT NULL DEFAULT '[]',
    -- [{"name": "新作", "name_en": "New"}]
    badges jsonb NOT NULL DEFAULT '[]',
    per_order_limit int CHECK (per_order_limit > 0),
    -- Folded name, description, SKUs and category, so that kana and width do not matter (domain/japanese.py).
    search_text text NOT NULL DEFAULT '',
    -- Kept with the variants in the same transaction: the list sorts and shows by them.
    min_price bigint NOT NULL DEFAULT 0 CHECK (min_price >= 0),
    max_price bigint NOT NULL DEFAULT 0 CHECK (max_price >= min_price),
    published_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    version bigint NOT NULL DEFAULT 1,
    CHECK (state <> 'published' OR published_at IS NOT NULL)
);

CREATE INDEX shop_product_new ON shop_product (published_at DESC, id) WHERE state = 'published';

CREATE INDEX shop_product_price ON shop_product (min_price, id) WHERE state = 'published';

CREATE INDEX shop_product_category ON shop_product (category_id) WHERE state = 'published';

CREATE INDEX shop_product_shop ON shop_product (shop_id, state);

CREATE TABLE shop_picture (
    product_id uuid NOT NULL REFERENCES shop_product (id) ON DELETE CASCADE,
    media_id uuid NOT NULL,
    position int NOT NULL,
    alt text NOT NULL DEFAULT '',
    PRIMARY KEY (product_id, media_id)
);

CREATE TABLE shop_variant (
    id uuid PRIMARY KEY,
    product_id uuid NOT NULL REFERENCES shop_product (id) ON DELETE CASCADE,
    shop_id uuid NOT NULL REFERENCES shop_shop (id),
    sku text NOT NULL CHECK (sku <> ''),
    name text NOT NULL DEFAULT '',
    translations jsonb NOT NULL DEFAULT '{}',
    option_values text[] NOT NULL DEFAULT '{}',
    price bigint NOT NULL CHECK (price >= 0),
    compare_at bigint CHECK (compare_at > price),
    picture_id uuid,
    position int NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'archived')),
    UNIQUE (shop_id, sku)
);

CREATE INDEX shop_variant_product ON shop_variant (product_id, position);

-- What can be sold now is on_hand - reserved; a pending order is the reservation.
CREATE TABLE shop_stock (
    variant_id uuid PRIMARY KEY REFERENCES shop_variant (id) ON DELETE CASCADE,
    on_hand int NOT NULL DEFAULT 0,
    reserved int NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CHECK (reserved BETWEEN 0 AND on_hand)
);
