-- The comparison that looks a month back, beside the nightly one: the end of one says nothing of the other. A table of its
-- own, for the version before knows one row per provider.
CREATE TABLE payments_comparison_month (
    provider_id text PRIMARY KEY CHECK (provider_id <> ''),
    -- The first beginning since the last end.
    begun_at timestamptz,
    failed boolean NOT NULL DEFAULT false,
    ended_at timestamptz,
    CHECK (begun_at IS NOT NULL OR ended_at IS NOT NULL),
    CHECK (begun_at IS NOT NULL OR NOT failed)
);
