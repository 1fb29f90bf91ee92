-- Tenants on their way out of an installation (export) or into it (import).

-- export: home_tenant_id is whose worker does it and whose host serves the file, until expires_at.
-- import: the row names the schema under which files are being stored before the tenant exists. It goes in the
-- transaction that makes the tenant, so a row that nobody works on marks files to be removed.
CREATE TABLE nakamise.transfer (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('export', 'import')),
    tenant_id uuid REFERENCES nakamise.tenant (id) ON DELETE CASCADE,
    home_tenant_id uuid REFERENCES nakamise.tenant (id) ON DELETE CASCADE,
    schema text CHECK (schema ~ '^t_[a-z2-7]{13}$'),
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed', 'expired')),
    done bigint NOT NULL DEFAULT 0,
    total bigint NOT NULL DEFAULT 0,
    size bigint NOT NULL DEFAULT 0,
    error text NOT NULL DEFAULT '',
    requested_by text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    CHECK ((kind = 'export') = (tenant_id IS NOT NULL)),
    CHECK ((kind = 'export') = (home_tenant_id IS NOT NULL)),
    CHECK ((kind = 'import') = (schema IS NOT NULL))
);

CREATE UNIQUE INDEX transfer_one_export ON nakamise.transfer (tenant_id)
    WHERE kind = 'export' AND state IN ('queued', 'running');

CREATE INDEX transfer_tenant ON nakamise.transfer (tenant_id, created_at);

CREATE INDEX transfer_home ON nakamise.transfer (home_tenant_id);
