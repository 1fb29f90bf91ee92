-- Sealed for this row; '' = none.
ALTER TABLE hello_greeting ADD COLUMN note text NOT NULL DEFAULT '';
