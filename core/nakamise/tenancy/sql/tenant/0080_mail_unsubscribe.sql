-- The path that ends mails of this kind for their reader; '' for mails that belong to an act of the reader's.
ALTER TABLE core_mail ADD COLUMN unsubscribe text NOT NULL DEFAULT '';
