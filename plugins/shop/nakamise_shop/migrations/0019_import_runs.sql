-- A large file of products that is being applied, and how far it is. Its rows are written in one transaction, whose
-- end shop_import tells; this is told while it goes on.
CREATE TABLE shop_import_run (
    import_id uuid PRIMARY KEY REFERENCES shop_import (id) ON DELETE CASCADE,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'checking', 'writing', 'done', 'failed')),
    -- Rows of the file; total is 0 until it is known.
    done int NOT NULL DEFAULT 0,
    total int NOT NULL DEFAULT 0,
    -- Why not, in the language of who asked for it.
    failure text NOT NULL DEFAULT '',
    begun_at timestamptz NOT NULL DEFAULT now(),
    CHECK (done BETWEEN 0 AND total),
    CHECK ((state = 'failed') = (failure <> ''))
);
