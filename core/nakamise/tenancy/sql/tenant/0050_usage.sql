-- How much of what the plan limits is used. period: '' for what lasts, YYYY-MM in the tenant's time zone for
-- what begins anew each month. warned: the highest percentage that the administrators were told of.

CREATE TABLE core_usage (
    meter text NOT NULL CHECK (length(meter) BETWEEN 3 AND 100),
    period text NOT NULL DEFAULT '' CHECK (period ~ '^([0-9]{4}-[0-9]{2})?$'),
    used bigint NOT NULL CHECK (used >= 0),
    warned integer NOT NULL DEFAULT 0 CHECK (warned IN (0, 80, 100)),
    PRIMARY KEY (meter, period)
);

-- The size of all files of a picture together.
-- contract: the version before writes no bytes, and the default keeps the rule
ALTER TABLE core_media ADD COLUMN bytes bigint NOT NULL DEFAULT 0;

ALTER TABLE core_media ADD CONSTRAINT core_media_bytes CHECK (bytes >= 0);
