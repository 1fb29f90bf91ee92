-- contract: the rule becomes wider, so that the version before 0017, still running, can suspend a shop and open it again
-- It knows no reason: what it suspends has none, and what it opens keeps one. Whoever reads shows a reason only where
-- the state has one. A later version takes the whole rule of 0017 back, after it has put right what was written meanwhile.
ALTER TABLE shop_shop
    DROP CONSTRAINT shop_shop_reason,
    ADD CONSTRAINT shop_shop_reason CHECK (CASE WHEN state = 'rejected' THEN state_reason <> ''
        WHEN state IN ('pending', 'applied') THEN state_reason = '' ELSE true END);
