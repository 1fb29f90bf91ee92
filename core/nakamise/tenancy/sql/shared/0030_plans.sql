-- Plans as data, what each tenant is on and was on, what it is charged, what it used, and who shares in its sales.
-- append-only: invoice_line
-- Amounts are in yen without consumption tax; rates are in basis points (1/100 of a percent).

-- monthly_fee NULL: by quotation. fee_bp: the rate of payments. features: plugins that only such plans may
-- switch on. series: plans that are compared with each other. Not is_offered: nobody chooses it on a page.
CREATE TABLE nakamise.plan (
    id text PRIMARY KEY CHECK (id ~ '^[a-z][a-z0-9_]{1,29}$'),
    series text NOT NULL CHECK (series <> ''),
    name text NOT NULL CHECK (name <> ''),
    name_en text NOT NULL CHECK (name_en <> ''),
    monthly_fee bigint CHECK (monthly_fee >= 0),
    fee_bp integer NOT NULL DEFAULT 0 CHECK (fee_bp BETWEEN 0 AND 10000),
    features text[] NOT NULL DEFAULT '{}',
    is_offered boolean NOT NULL DEFAULT true,
    position integer NOT NULL
);

-- What a plan does not limit has no row, or no base. With options the limit grows up to cap.
-- Not is_hard: beyond the limit there are warnings, and nothing is refused.
CREATE TABLE nakamise.plan_limit (
    plan text NOT NULL REFERENCES nakamise.plan (id) ON DELETE CASCADE,
    meter text NOT NULL CHECK (length(meter) BETWEEN 3 AND 100),
    base bigint CHECK (base >= 0),
    cap bigint CHECK (cap >= base),
    is_hard boolean NOT NULL DEFAULT true,
    PRIMARY KEY (plan, meter)
);

-- most: how many times one tenant may have it.
CREATE TABLE nakamise.plan_option (
    plan text NOT NULL REFERENCES nakamise.plan (id) ON DELETE CASCADE,
    id text NOT NULL CHECK (id ~ '^[a-z][a-z0-9_]{1,29}$'),
    name text NOT NULL CHECK (name <> ''),
    name_en text NOT NULL CHECK (name_en <> ''),
    meter text NOT NULL CHECK (length(meter) BETWEEN 3 AND 100),
    adds bigint NOT NULL CHECK (adds > 0),
    monthly_fee bigint NOT NULL CHECK (monthly_fee >= 0),
    most integer NOT NULL CHECK (most > 0),
    PRIMARY KEY (plan, id)
);

INSERT INTO nakamise.plan (position, id, series, name, name_en, monthly_fee, fee_bp, features, is_offered) VALUES
    (10, 'starter', 'suite', 'スターター', 'Starter', 19800, 360, '{}', true),
    (20, 'standard', 'suite', 'スタンダード', 'Standard', 49800, 360, '{}', true),
    (30, 'enterprise', 'suite', 'エンタープライズ', 'Enterprise', NULL, 360, '{agency,sso}', true),
    (110, 'cart_free', 'cart', 'フリー', 'Free', 0, 650, '{}', true),
    (120, 'cart_pro', 'cart', 'カートプロ', 'Cart Pro', 5000, 550, '{}', true),
    (130, 'cart_expert', 'cart', 'カートエキスパート', 'Cart Expert', 19800, 450, '{}', true),
    (210, 'base_trial', 'base', 'トライアル', 'Trial', 0, 360, '{}', true),
    (220, 'base_value', 'base', 'バリュー', 'Value', 2800, 360, '{}', true),
    (230, 'base_light', 'base', 'ライト', 'Light', 18800, 360, '{}', true),
    (240, 'base_standard', 'base', 'スタンダード（ベース）', 'Standard (base)', 29800, 360, '{}', true),
    (250, 'base_premium', 'base', 'プレミアム', 'Premium', 98000, 360, '{}', true),
    (260, 'base_super', 'base', 'スーパープレミアム', 'Super Premium', 148000, 360, '{}', true),
    (900, 'unlimited', 'house', '無制限', 'Unlimited', 0, 0, '{agency,sso}', false);

INSERT INTO nakamise.plan_limit (plan, meter, base, cap, is_hard) VALUES
    ('starter', 'shop.products', 100, 300, true),
    ('starter', 'shop.shops', 1, 1, true),
    ('starter', 'core.staff', 3, 3, true),
    ('starter', 'core.messages', 5000, NULL, true),
    ('starter', 'core.mails', 10000, NULL, false),
    ('starter', 'core.storage_bytes', 5000000000, NULL, true),
    ('starter', 'live.viewer_minutes', 100000, NULL, false),
    ('standard', 'shop.products', 1000, 5000, true),
    ('standard', 'shop.shops', 5, 20, true),
    ('standard', 'core.staff', 20, 50, true),
    ('standard', 'core.messages', 45000, NULL, true),
    ('standard', 'core.mails', 100000, NULL, false),
    ('standard', 'core.storage_bytes', 50000000000, NULL, true),
    ('standard', 'live.viewer_minutes', 1000000, NULL, false),
    ('cart_free', 'shop.products', 3, 50, true),
    ('cart_free', 'shop.shops', 1, 1, true),
    ('cart_pro', 'shop.products', 3, 100, true),
    ('cart_pro', 'shop.shops', 1, NULL, true),
    ('cart_expert', 'shop.products', 500, 500, true),
    ('cart_expert', 'shop.shops', 6, 6, true),
    ('base_trial', 'core.staff', 1, 1, true),
    ('base_trial', 'core.messages', 200, NULL, true),
    ('base_trial', 'shop.shops', 1, 1, true),
    ('base_value', 'core.staff', 3, 3, true),
    ('base_value', 'core.messages', 5000, NULL, true),
    ('base_value', 'shop.shops', 1, 1, true),
    ('base_light', 'core.staff', 5, 5, true),
    ('base_light', 'core.messages', 15000, NULL, true),
    ('base_light', 'shop.shops', 1, NULL, true),
    ('base_standard', 'core.staff', 10, 10, true),
    ('base_standard', 'core.messages', 45000, NULL, true),
    ('base_standard', 'shop.shops', 1, NULL, true),
    ('base_premium', 'core.staff', 20, 20, true),
    ('base_premium', 'core.messages', 500000, NULL, true),
    ('base_premium', 'shop.shops', 6, 6, true),
    ('base_super', 'shop.shops', 6, 6, true);

INSERT INTO nakamise.plan_option (plan, id, name, name_en, meter, adds, monthly_fee, most) VALUES
    ('starter', 'products_50', '商品数 +50', '+50 products', 'shop.products', 50, 5000, 4),
    ('starter', 'products_100', '商品数 +100', '+100 products', 'shop.products', 100, 9800, 2),
    ('standard', 'products_100', '商品数 +100', '+100 products', 'shop.products', 100, 9800, 40),
    ('standard', 'shop', 'ショップ追加', 'Another shop', 'shop.shops', 1, 5000, 15),
    ('standard', 'seats_10', 'スタッフ +10名', '+10 members of staff', 'core.staff', 10, 5000, 3),
    ('cart_free', 'products_50', '商品数 +50', '+50 products', 'shop.products', 50, 5000, 1),
    ('cart_pro', 'products_50', '商品数 +50', '+50 products', 'shop.products', 50, 5000, 2),
    ('cart_pro', 'products_100', '商品数 +100', '+100 products', 'shop.products', 100, 9800, 1),
    ('cart_pro', 'shop', 'ショップ追加', 'Another shop', 'shop.shops', 1, 5000, 20),
    ('base_light', 'shop', 'ショップ追加', 'Another shop', 'shop.shops', 1, 5000, 20),
    ('base_standard', 'shop', 'ショップ追加', 'Another shop', 'shop.shops', 1, 5000, 20);

-- contract: the version before writes the plan 'standard' only, which is there
ALTER TABLE nakamise.tenant ADD FOREIGN KEY (plan) REFERENCES nakamise.plan (id);

-- Whether tenants change their plan themselves; whom they ask otherwise.
ALTER TABLE nakamise.agency ADD COLUMN lets_tenants_choose_plans boolean NOT NULL DEFAULT false;

ALTER TABLE nakamise.agency ADD COLUMN contact text NOT NULL DEFAULT '';

-- What was agreed and since when: a plan that is priced anew does not change what a tenant was charged before.
CREATE TABLE nakamise.tenant_plan (
    tenant_id uuid NOT NULL REFERENCES nakamise.tenant (id) ON DELETE CASCADE,
    valid_from timestamptz NOT NULL,
    plan text NOT NULL REFERENCES nakamise.plan (id),
    monthly_fee bigint CHECK (monthly_fee >= 0),
    fee_bp integer NOT NULL CHECK (fee_bp BETWEEN 0 AND 10000),
    PRIMARY KEY (tenant_id, valid_from)
);

INSERT INTO nakamise.tenant_plan (tenant_id, valid_from, plan, monthly_fee, fee_bp)
SELECT t.id, t.created_at, p.id, p.monthly_fee, p.fee_bp FROM nakamise.tenant t JOIN nakamise.plan p ON p.id = t.plan;

-- Whoever writes tenant.plan, its history is kept. The clock, not the transaction's beginning: acts on one
-- tenant wait for each other after they have begun.
CREATE FUNCTION nakamise.keep_plan_history() RETURNS trigger
    LANGUAGE plpgsql SET search_path = nakamise, pg_temp
AS $$
BEGIN
    INSERT INTO nakamise.tenant_plan (tenant_id, valid_from, plan, monthly_fee, fee_bp)
    SELECT NEW.id, clock_timestamp(), p.id, p.monthly_fee, p.fee_bp FROM nakamise.plan p WHERE p.id = NEW.plan;
    RETURN NULL;
END
$$;

CREATE TRIGGER tenant_plan_begins AFTER INSERT ON nakamise.tenant
    FOR EACH ROW EXECUTE FUNCTION nakamise.keep_plan_history();

CREATE TRIGGER tenant_plan_changes AFTER UPDATE OF plan ON nakamise.tenant
    FOR EACH ROW WHEN (OLD.plan <> NEW.plan) EXECUTE FUNCTION nakamise.keep_plan_history();

CREATE TABLE nakamise.tenant_option (
    tenant_id uuid NOT NULL REFERENCES nakamise.tenant (id) ON DELETE CASCADE,
    option text NOT NULL,
    times integer NOT NULL CHECK (times > 0),
    PRIMARY KEY (tenant_id, option)
);

-- Kept when the tenant goes. amount may be negative: what was paid and is not used any more.
-- cause makes a line that a job writes unique.
CREATE TABLE nakamise.invoice_line (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL,
    at timestamptz NOT NULL,
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    first_day date NOT NULL,
    last_day date NOT NULL CHECK (last_day >= first_day),
    kind text NOT NULL CHECK (kind IN ('plan', 'option')),
    item text NOT NULL,
    name text NOT NULL,
    name_en text NOT NULL,
    times integer NOT NULL DEFAULT 1 CHECK (times > 0),
    amount bigint NOT NULL,
    tax_bp integer NOT NULL CHECK (tax_bp BETWEEN 0 AND 10000),
    actor text NOT NULL,
    cause text
);

CREATE INDEX invoice_line_tenant ON nakamise.invoice_line (tenant_id, month, id);

CREATE UNIQUE INDEX invoice_line_cause ON nakamise.invoice_line (tenant_id, cause);

-- Measured by day in the tenant's time zone; a day that is measured again is replaced.
CREATE TABLE nakamise.usage_day (
    tenant_id uuid NOT NULL REFERENCES nakamise.tenant (id) ON DELETE CASCADE,
    day date NOT NULL,
    meter text NOT NULL CHECK (length(meter) BETWEEN 3 AND 100),
    amount bigint NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (tenant_id, day, meter)
);

-- A tenant's share is what the others leave of it. party: the broadcaster's user, else NULL.
CREATE TABLE nakamise.share_rate (
    id uuid PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES nakamise.tenant (id) ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('platform', 'agency', 'broadcaster')),
    party uuid,
    valid_from timestamptz NOT NULL,
    rate_bp integer NOT NULL CHECK (rate_bp BETWEEN 0 AND 10000),
    actor text NOT NULL,
    CHECK (party IS NULL OR kind = 'broadcaster')
);

CREATE INDEX share_rate_tenant ON nakamise.share_rate (tenant_id, kind, valid_from);

CREATE FUNCTION nakamise.limit_of(of_tenant uuid, of_meter text) RETURNS TABLE (most bigint, is_hard boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = nakamise, pg_temp
AS $$
    SELECT CASE WHEN l.base IS NOT NULL THEN least(l.base + (
               SELECT coalesce(sum(o.adds * x.times), 0)::bigint FROM nakamise.tenant_option x
               JOIN nakamise.plan_option o ON o.plan = t.plan AND o.id = x.option
               WHERE x.tenant_id = t.id AND o.meter = l.meter), l.cap) END,
           l.is_hard
    FROM nakamise.tenant t JOIN nakamise.plan_limit l ON l.plan = t.plan AND l.meter = of_meter
    WHERE t.id = of_tenant
$$;

REVOKE EXECUTE ON FUNCTION nakamise.limit_of(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION nakamise.limit_of(uuid, text) TO {control};

-- What a tenant's transaction may know and write: its own limits, measures and shares.
CREATE FUNCTION nakamise.my_limit(of_meter text) RETURNS TABLE (most bigint, is_hard boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = nakamise, pg_temp
AS $$
    SELECT l.most, l.is_hard FROM nakamise.limit_of(nakamise.my_tenant(), of_meter) l
$$;

CREATE FUNCTION nakamise.meter(of_day date, of_meter text, measured bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = nakamise, pg_temp
AS $$
    INSERT INTO nakamise.usage_day (tenant_id, day, meter, amount)
    VALUES (nakamise.my_tenant(), of_day, of_meter, measured)
    ON CONFLICT (tenant_id, day, meter) DO UPDATE SET amount = excluded.amount
$$;

-- The newest version of each rate at a moment.
CREATE FUNCTION nakamise.my_share_rates(at timestamptz)
    RETURNS TABLE (kind text, party uuid, rate_bp integer, valid_from timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = nakamise, pg_temp
AS $$
    SELECT DISTINCT ON (r.kind, r.party) r.kind, r.party, r.rate_bp, r.valid_from FROM nakamise.share_rate r
    WHERE r.tenant_id = nakamise.my_tenant() AND r.valid_from <= at
    ORDER BY r.kind, r.party, r.valid_from DESC, r.id DESC
$$;

CREATE FUNCTION nakamise.my_fee_bp(at timestamptz) RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = nakamise, pg_temp
AS $$
    SELECT p.fee_bp FROM nakamise.tenant_plan p
    WHERE p.tenant_id = nakamise.my_tenant() AND p.valid_from <= at ORDER BY p.valid_from DESC LIMIT 1
$$;
