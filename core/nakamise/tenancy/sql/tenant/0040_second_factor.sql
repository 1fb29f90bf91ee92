-- Which sessions passed a second factor, and which are somebody of the agency acting as this user.
ALTER TABLE core_session ADD COLUMN mfa_at timestamptz;

ALTER TABLE core_session ADD COLUMN impersonator text NOT NULL DEFAULT '';
