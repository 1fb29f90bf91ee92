-- What was charged outlives its tenant as accounts: whose it was by short name and agency, and no person.
-- append-only: invoice_line
ALTER TABLE nakamise.invoice_line ADD COLUMN tenant_slug text NOT NULL DEFAULT '';

ALTER TABLE nakamise.invoice_line ADD COLUMN agency_id uuid;

CREATE INDEX invoice_line_agency ON nakamise.invoice_line (agency_id, month) WHERE tenant_slug <> '';

-- Console of an agency closed for the moment: why, "" while it is open. Its tenants go on by themselves.
ALTER TABLE nakamise.agency ADD COLUMN closed_reason text NOT NULL DEFAULT '';

ALTER TABLE nakamise.agency ADD COLUMN closed_at timestamptz;
