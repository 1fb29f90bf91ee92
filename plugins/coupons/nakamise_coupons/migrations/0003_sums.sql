-- contract: the version before leaves it empty; then the sums of the whole purchase are what is known
-- By order that the use lowered: what it came to, and what was taken off it. Of a purchase in several shops one order may
-- be given up and another not.
ALTER TABLE coupons_use ADD COLUMN sums jsonb;
