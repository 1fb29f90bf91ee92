-- Coupons, their codes, and who used them.
CREATE TABLE coupons_coupon (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    kind text NOT NULL CHECK (kind IN ('percent', 'fixed', 'free_shipping')),
    percent int CHECK (percent BETWEEN 1 AND 100),
    amount bigint CHECK (amount >= 1),
    -- The most that percent or free shipping take.
    cap bigint CHECK (cap >= 1),
    -- Of the goods it is for, tax-included, before shipping.
    min_goods bigint NOT NULL DEFAULT 0 CHECK (min_goods >= 0),
    total_limit int CHECK (total_limit >= 1),
    user_limit int CHECK (user_limit >= 1),
    used int NOT NULL DEFAULT 0 CHECK (used >= 0),
    starts_at timestamptz,
    -- The last second in which it counts.
    ends_at timestamptz,
    first_order_only boolean NOT NULL DEFAULT false,
    -- Counts only while this broadcast runs, for who buys in it.
    broadcast_id uuid,
    bearer text NOT NULL DEFAULT 'shop' CHECK (bearer IN ('shop', 'tenant', 'platform')),
    -- Several codes that count once each, instead of one for everybody.
    is_batch boolean NOT NULL DEFAULT false,
    is_public boolean NOT NULL DEFAULT false,
    is_on boolean NOT NULL DEFAULT true,
    archived_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    version bigint NOT NULL DEFAULT 1,
    CHECK ((kind = 'percent') = (percent IS NOT NULL)),
    CHECK ((kind = 'fixed') = (amount IS NOT NULL)),
    CHECK (kind <> 'fixed' OR cap IS NULL),
    CHECK (ends_at >= starts_at),
    CHECK (used <= total_limit),
    CHECK (NOT (is_batch AND is_public))
);

CREATE INDEX coupons_coupon_new ON coupons_coupon (created_at DESC, id);

-- What a coupon is limited to: products or categories, within shops; nothing of a kind = no limit of that kind.
CREATE TABLE coupons_scope (
    coupon_id uuid NOT NULL REFERENCES coupons_coupon (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('product', 'category', 'shop')),
    target_id uuid NOT NULL,
    PRIMARY KEY (coupon_id, kind, target_id)
);

-- A code is unique in the tenant; as it is compared: capitals and digits.
CREATE TABLE coupons_code (
    code text PRIMARY KEY CHECK (code ~ '^[A-Z0-9-]{3,32}$'),
    coupon_id uuid NOT NULL REFERENCES coupons_coupon (id) ON DELETE CASCADE,
    -- NULL: as often as the coupon allows.
    uses_max int CHECK (uses_max >= 1),
    used int NOT NULL DEFAULT 0 CHECK (used >= 0),
    stopped_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (used <= uses_max)
);

CREATE INDEX coupons_code_coupon ON coupons_code (coupon_id, created_at, code);

-- How often somebody used a coupon; taken by one conditional write.
CREATE TABLE coupons_person (
    coupon_id uuid NOT NULL REFERENCES coupons_coupon (id) ON DELETE CASCADE,
    user_id uuid NOT NULL,
    used int NOT NULL CHECK (used >= 0),
    PRIMARY KEY (coupon_id, user_id)
);

-- Somebody has one first order: two that race for coupons of first orders cannot both have it.
CREATE TABLE coupons_first (
    user_id uuid PRIMARY KEY,
    purchase_id uuid NOT NULL UNIQUE
);

-- One coupon per purchase. It comes back when the last of the orders that it lowered is given up.
CREATE TABLE coupons_use (
    purchase_id uuid PRIMARY KEY,
    coupon_id uuid NOT NULL REFERENCES coupons_coupon (id),
    code text NOT NULL,
    user_id uuid,
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    bearer text NOT NULL CHECK (bearer IN ('shop', 'tenant', 'platform')),
    order_numbers text[] NOT NULL,
    open_orders uuid[] NOT NULL,
    used_at timestamptz NOT NULL,
    reverted_at timestamptz,
    CHECK ((reverted_at IS NULL) = (cardinality(open_orders) > 0))
);

CREATE INDEX coupons_use_coupon ON coupons_use (coupon_id, used_at DESC, purchase_id);

CREATE INDEX coupons_use_user ON coupons_use (user_id, used_at DESC);

-- Brakes on guessing, by a digest of who tries.
CREATE TABLE coupons_guess (
    who bytea PRIMARY KEY,
    tries int NOT NULL CHECK (tries >= 0),
    since timestamptz NOT NULL
);
