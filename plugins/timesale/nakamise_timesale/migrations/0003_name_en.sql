-- What a sale is called for who reads English; '' = as in ``name``.
ALTER TABLE timesale_sale ADD COLUMN name_en text NOT NULL DEFAULT '';

-- contract: the version before does not write the column, so that its default holds there
ALTER TABLE timesale_sale ADD CONSTRAINT timesale_sale_name_en CHECK (length(name_en) <= 40);
