-- contract: rules become wider; the version before writes none of the new states, and nothing it writes breaks them
-- Somebody applies for a shop, the site decides; what is refused or suspended says why.
ALTER TABLE shop_shop ADD COLUMN state_reason text NOT NULL DEFAULT '';
ALTER TABLE shop_shop ADD COLUMN applied_at timestamptz;
ALTER TABLE shop_shop ADD COLUMN applied_by uuid;
UPDATE shop_shop SET state_reason = '-' WHERE state = 'suspended';
ALTER TABLE shop_shop
    DROP CONSTRAINT shop_shop_state_check,
    ADD CONSTRAINT shop_shop_state_check
        CHECK (state IN ('pending', 'applied', 'rejected', 'open', 'suspended', 'closed')),
    ADD CONSTRAINT shop_shop_reason CHECK ((state_reason <> '') = (state IN ('rejected', 'suspended'))),
    ADD CONSTRAINT shop_shop_applied CHECK (state NOT IN ('applied', 'rejected') OR applied_at IS NOT NULL);
