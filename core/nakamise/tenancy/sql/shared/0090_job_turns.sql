-- Jobs that were queued once and periodic tasks are taken by two orders (see nakamise.jobs.store): an index for each.
CREATE INDEX job_due_once ON nakamise.job (run_at, seq) WHERE state = 'queued' AND every_s IS NULL;

CREATE INDEX job_due_task ON nakamise.job (run_at, seq) WHERE state = 'queued' AND every_s IS NOT NULL;

DROP INDEX nakamise.job_due;
