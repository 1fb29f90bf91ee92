-- append-only: tax_invoice_document, tax_invoice_file

-- The last number given out for a shop and year; taken in the document's own transaction, so that none is lost.
CREATE TABLE tax_invoice_counter (
    shop_id uuid NOT NULL,
    year int NOT NULL,
    last int NOT NULL CHECK (last >= 0),
    PRIMARY KEY (shop_id, year)
);

-- What was handed out, as it was. A correction is a new row that replaces the one before.
CREATE TABLE tax_invoice_document (
    id uuid PRIMARY KEY,
    shop_id uuid NOT NULL,
    order_id uuid NOT NULL,
    family text NOT NULL CHECK (family IN ('invoice', 'return', 'receipt')),
    -- The order; for a return its refund.
    subject_id uuid NOT NULL,
    version int NOT NULL CHECK (version > 0),
    replaces uuid UNIQUE REFERENCES tax_invoice_document (id),
    reason text NOT NULL DEFAULT '',
    year int NOT NULL,
    seq int NOT NULL CHECK (seq > 0),
    number text NOT NULL CHECK (number <> ''),
    kind text NOT NULL CHECK (kind IN ('invoice', 'simplified', 'itemised', 'return', 'plain_return', 'receipt')),
    order_number text NOT NULL,
    shop_name text NOT NULL,
    partner text NOT NULL,
    supplied_on date NOT NULL,
    issued_on date NOT NULL,
    total bigint NOT NULL CHECK (total >= 0),
    paid bigint NOT NULL CHECK (paid BETWEEN 0 AND total),
    tax bigint NOT NULL CHECK (tax BETWEEN 0 AND total),
    registration text NOT NULL DEFAULT '' CHECK (registration ~ '^(T[0-9]{13})?$'),
    locale text NOT NULL,
    body jsonb NOT NULL,
    issued_by text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (shop_id, year, seq),
    UNIQUE (family, subject_id, version),
    CHECK ((version = 1) = (replaces IS NULL)),
    CHECK (version = 1 OR reason <> ''),
    -- Who has no registration number hands out no qualified document.
    CHECK (registration <> '' OR kind NOT IN ('invoice', 'simplified', 'return'))
);

CREATE INDEX tax_invoice_document_order ON tax_invoice_document (order_id, created_at, id);

CREATE INDEX tax_invoice_document_list ON tax_invoice_document (issued_on DESC, id DESC);

-- The PDF of a document, made once; the bytes lie in the object store.
CREATE TABLE tax_invoice_file (
    document_id uuid PRIMARY KEY REFERENCES tax_invoice_document (id),
    key text NOT NULL UNIQUE,
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    bytes int NOT NULL CHECK (bytes > 0),
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Who issues for a shop. No row: the site hands over the shop's own documents.
CREATE TABLE tax_invoice_shop (
    shop_id uuid PRIMARY KEY,
    mode text NOT NULL CHECK (mode IN ('own', 'agent', 'intermediary')),
    -- The day on which the shop told the site that it is registered (媒介者交付特例).
    told_on date,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CHECK (mode <> 'intermediary' OR told_on IS NOT NULL)
);
