-- What a shop charges and offers for sending: one document, replaced as a whole under its version.
CREATE TABLE shipping_shop (
    shop_id uuid PRIMARY KEY,
    version bigint NOT NULL DEFAULT 1,
    config jsonb NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- Goods that must be kept cold; all others are not listed.
CREATE TABLE shipping_product (
    product_id uuid PRIMARY KEY,
    temperature text NOT NULL CHECK (temperature IN ('cool', 'frozen'))
);

-- What the buyer of an order wished, with the words of that day; parcels by temperature.
CREATE TABLE shipping_order (
    order_id uuid PRIMARY KEY,
    shop_id uuid NOT NULL,
    buyer_id uuid NOT NULL,
    day date,
    hours text NOT NULL DEFAULT '',
    hours_label text NOT NULL DEFAULT '',
    wrapping text NOT NULL DEFAULT '',
    wrapping_label text NOT NULL DEFAULT '',
    noshi text NOT NULL DEFAULT '',
    noshi_name text NOT NULL DEFAULT '' CHECK (length(noshi_name) <= 20),
    card text NOT NULL DEFAULT '' CHECK (length(card) <= 200),
    leaves_on date,
    -- [["cool", [1, 3]], …]: the line numbers in each parcel
    parcels jsonb NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    placed_at timestamptz NOT NULL DEFAULT now(),
    CHECK (noshi_name = '' OR noshi <> '')
);

CREATE INDEX shipping_order_buyer ON shipping_order (buyer_id, placed_at);

-- A file for a carrier that was written.
CREATE TABLE shipping_file (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    layout text NOT NULL CHECK (layout IN ('yamato_b2', 'sagawa_e3')),
    ship_day date NOT NULL,
    slip_count int NOT NULL CHECK (slip_count BETWEEN 1 AND 1000),
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid
);

-- A parcel's slip. ``ref`` goes to the carrier and comes back with the tracking number.
CREATE TABLE shipping_slip (
    id uuid PRIMARY KEY,
    ref text NOT NULL UNIQUE CHECK (length(ref) BETWEEN 1 AND 50),
    temperature text NOT NULL CHECK (temperature IN ('normal', 'cool', 'frozen')),
    carrier text NOT NULL,
    tracking_number text,
    file_id uuid REFERENCES shipping_file (id),
    created_at timestamptz NOT NULL DEFAULT now(),
    -- One label is one parcel.
    UNIQUE (carrier, tracking_number)
);

CREATE TABLE shipping_slip_order (
    slip_id uuid NOT NULL REFERENCES shipping_slip (id) ON DELETE CASCADE,
    order_id uuid NOT NULL,
    line_numbers int[] NOT NULL CHECK (cardinality(line_numbers) > 0),
    PRIMARY KEY (slip_id, order_id)
);

CREATE INDEX shipping_slip_order_order ON shipping_slip_order (order_id);

-- A carrier's file with tracking numbers. The same content is the same import.
CREATE TABLE shipping_import (
    id uuid PRIMARY KEY,
    sha256 bytea NOT NULL UNIQUE CHECK (length(sha256) = 32),
    carrier text NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid,
    applied_at timestamptz
);

CREATE TABLE shipping_import_row (
    import_id uuid NOT NULL REFERENCES shipping_import (id) ON DELETE CASCADE,
    line int NOT NULL,
    ref text NOT NULL,
    number text NOT NULL,
    shipped_on date,
    -- Set once, in the transaction that ships.
    outcome text CHECK (outcome IN ('shipped', 'renumbered', 'refused')),
    PRIMARY KEY (import_id, line)
);

-- Several orders of one buyer in one parcel.
CREATE TABLE shipping_merge (
    id uuid PRIMARY KEY,
    shop_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid
);

CREATE TABLE shipping_merge_order (
    order_id uuid PRIMARY KEY,
    merge_id uuid NOT NULL REFERENCES shipping_merge (id),
    -- Exactly one keeps its shipping fee.
    is_kept boolean NOT NULL,
    refunded bigint NOT NULL DEFAULT 0 CHECK (refunded >= 0),
    CHECK (NOT is_kept OR refunded = 0)
);

CREATE UNIQUE INDEX shipping_merge_kept ON shipping_merge_order (merge_id) WHERE is_kept;
