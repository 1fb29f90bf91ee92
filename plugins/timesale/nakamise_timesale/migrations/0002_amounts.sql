-- What buyers paid for the pieces at the sale's price (before coupons), and how much less that is than the list says.
ALTER TABLE timesale_taken ADD COLUMN amount bigint NOT NULL DEFAULT 0;

ALTER TABLE timesale_taken ADD COLUMN saved bigint NOT NULL DEFAULT 0;

-- contract: the version before does not write the columns, so that their defaults hold there
ALTER TABLE timesale_taken ADD CONSTRAINT timesale_taken_amounts CHECK (amount >= 0 AND saved >= 0);
