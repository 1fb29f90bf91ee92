-- What a coupon is called for who reads English; '' = as in ``name``.
ALTER TABLE coupons_coupon ADD COLUMN name_en text NOT NULL DEFAULT '';

-- contract: the version before does not write the column, so that its default holds there
ALTER TABLE coupons_coupon ADD CONSTRAINT coupons_coupon_name_en CHECK (length(name_en) <= 80);
