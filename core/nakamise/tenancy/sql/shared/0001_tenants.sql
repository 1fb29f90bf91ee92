-- The shared schema: who the tenants are and what is on. Their data lives in their own schemas.
-- append-only: control_audit

CREATE TABLE nakamise.agency (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9](-?[a-z0-9])*$' AND length(slug) <= 40),
    name text NOT NULL CHECK (name <> ''),
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE nakamise.tenant (
    id uuid PRIMARY KEY,
    agency_id uuid NOT NULL REFERENCES nakamise.agency (id),
    schema text NOT NULL UNIQUE CHECK (schema ~ '^t_[a-z2-7]{13}$'),
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9](-?[a-z0-9])*$' AND length(slug) BETWEEN 2 AND 40)
        CHECK (slug NOT IN (
            'account', 'admin', 'api', 'app', 'assets', 'auth', 'autoconfig', 'autodiscover', 'blog', 'cdn',
            'control', 'dev', 'dns', 'docs', 'ftp', 'help', 'imap', 'live', 'localhost', 'login', 'mail',
            'media', 'mx', 'nakamise', 'ns', 'ns1', 'ns2', 'pop', 'rtc', 'smtp', 'static', 'status', 'support',
            'test', 'turn', 'webmail', 'wpad', 'ws', 'www'
        )),
    name text NOT NULL CHECK (name <> ''),
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended')),
    placement text NOT NULL DEFAULT 'main',
    plan text NOT NULL DEFAULT 'standard',
    locale text NOT NULL DEFAULT 'ja',
    timezone text NOT NULL DEFAULT 'Asia/Tokyo',
    currency text NOT NULL DEFAULT 'JPY' CHECK (currency ~ '^[A-Z]{3}$'),
    brand jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(brand) = 'object'),
    blueprint_sha256 text,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE nakamise.tenant_host (
    host text PRIMARY KEY CHECK (host ~ '^[a-z0-9_-]+(\.[a-z0-9_-]+)*$' AND length(host) <= 253),
    tenant_id uuid NOT NULL REFERENCES nakamise.tenant (id),
    canonical boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX tenant_host_canonical ON nakamise.tenant_host (tenant_id) WHERE canonical;

CREATE INDEX tenant_host_tenant ON nakamise.tenant_host (tenant_id);

CREATE TABLE nakamise.plugin_switch (
    tenant_id uuid NOT NULL REFERENCES nakamise.tenant (id),
    plugin text NOT NULL CHECK (plugin ~ '^[a-z][a-z0-9_]{1,29}$'),
    is_on boolean NOT NULL DEFAULT false,
    settings jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'),
    settings_version integer NOT NULL DEFAULT 1,
    first_on_at timestamptz,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, plugin)
);

-- Mirror of what each tenant schema says of itself in core_migration: answers "who is behind" in one query.
-- digest is the hash over all applied files, so that a changed old file shows here too.
CREATE TABLE nakamise.migration_ledger (
    tenant_id uuid NOT NULL REFERENCES nakamise.tenant (id),
    plugin text NOT NULL,
    revision integer NOT NULL,
    digest text NOT NULL,
    error text,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, plugin)
);

-- Ready schemas, each with its role and all tables of one set of plugins (fingerprint), waiting for a tenant.
CREATE TABLE nakamise.schema_pool (
    schema text PRIMARY KEY CHECK (schema ~ '^t_[a-z2-7]{13}$'),
    fingerprint text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX schema_pool_fingerprint ON nakamise.schema_pool (fingerprint);

CREATE TABLE nakamise.control_audit (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    act text NOT NULL,
    tenant_id uuid REFERENCES nakamise.tenant (id),
    detail jsonb NOT NULL DEFAULT '{}'
);

CREATE INDEX control_audit_tenant ON nakamise.control_audit (tenant_id, at);

-- One row: what every process compares its copy of the directory with.
CREATE TABLE nakamise.directory_version (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    version bigint NOT NULL DEFAULT 1
);

INSERT INTO nakamise.directory_version (singleton, version) VALUES (true, 1);

-- The tenant whose role is set in this transaction. The setting "role" stays the tenant's inside a
-- SECURITY DEFINER function, where current_user does not.
CREATE FUNCTION nakamise.my_tenant() RETURNS uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = nakamise, pg_temp
AS $$
DECLARE
    found_id uuid;
BEGIN
    SELECT t.id INTO found_id FROM nakamise.tenant t WHERE t.schema = current_setting('role');
    IF found_id IS NULL THEN
        RAISE EXCEPTION 'no tenant is set in this transaction' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN found_id;
END
$$;

CREATE FUNCTION nakamise.my_switches() RETURNS TABLE (plugin text, is_on boolean, settings jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = nakamise, pg_temp
AS $$
    SELECT s.plugin, s.is_on, s.settings FROM nakamise.plugin_switch s WHERE s.tenant_id = nakamise.my_tenant()
$$;
