-- Work to be done later, in the background: at least once, for one tenant, in order where a key asks for it.

-- run_at is when it may be taken; a job in work carries the end of its worker's lease there.
-- attempts is counted when a job is taken, and is the fence against a worker that lost its lease.
-- ordered by key: among jobs of one tenant and name with the same key, the lowest seq goes first.
-- once: among jobs that nobody has taken yet, at most one with the same value.
-- every_s: a periodic task; its row stays and is moved forward.
CREATE TABLE nakamise.job (
    id uuid PRIMARY KEY,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    tenant_id uuid NOT NULL REFERENCES nakamise.tenant (id) ON DELETE CASCADE,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    payload jsonb NOT NULL DEFAULT '{}' CHECK (octet_length(payload::text) <= 131072),
    key text NOT NULL DEFAULT '' CHECK (length(key) <= 200),
    once text CHECK (length(once) <= 200),
    every_s integer CHECK (every_s >= 1),
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'dead')),
    taken boolean NOT NULL DEFAULT false,
    run_at timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    last_error text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX job_due ON nakamise.job (run_at, seq) WHERE state = 'queued';

CREATE INDEX job_order ON nakamise.job (tenant_id, name, key, seq) WHERE state = 'queued' AND key <> '';

CREATE UNIQUE INDEX job_once ON nakamise.job (tenant_id, name, once) WHERE once IS NOT NULL AND NOT taken;

CREATE UNIQUE INDEX job_periodic ON nakamise.job (tenant_id, name) WHERE every_s IS NOT NULL;

CREATE INDEX job_dead ON nakamise.job (created_at) WHERE state = 'dead';

-- The only way from a tenant's transaction into this table. The tenant is the one whose role is set, never an
-- argument. False: the same `once` waits already.
CREATE FUNCTION nakamise.enqueue(
    job_id uuid, job_name text, job_payload jsonb, job_key text, job_once text, job_run_at timestamptz
) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = nakamise, pg_temp
AS $$
BEGIN
    INSERT INTO nakamise.job (id, tenant_id, name, payload, key, once, run_at)
    VALUES (
        job_id, nakamise.my_tenant(), job_name, job_payload, job_key, job_once, coalesce(job_run_at, now())
    )
    ON CONFLICT (tenant_id, name, once) WHERE once IS NOT NULL AND NOT taken DO NOTHING;
    RETURN FOUND;
END
$$;
