-- Whether the comparison with a provider came to its end: begun and not ended is shown to staff.
CREATE TABLE payments_comparison (
    provider_id text PRIMARY KEY CHECK (provider_id <> ''),
    -- The first beginning since the last end.
    begun_at timestamptz,
    failed boolean NOT NULL DEFAULT false,
    ended_at timestamptz,
    CHECK (begun_at IS NOT NULL OR ended_at IS NOT NULL),
    CHECK (begun_at IS NOT NULL OR NOT failed)
);
