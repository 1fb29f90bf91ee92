-- contract: shop_order_paid was read by the daily task that closes orders alone, which reads the wider one now
-- Who of the staff works for which shops: they see and touch only those. Staff who are named nowhere work for all.
CREATE TABLE shop_people (
    user_id uuid NOT NULL,
    shop_id uuid NOT NULL REFERENCES shop_shop (id) ON DELETE CASCADE,
    added_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, shop_id)
);

CREATE INDEX shop_people_shop ON shop_people (shop_id);

-- Partly refunded orders are closed too.
DROP INDEX shop_order_paid;
CREATE INDEX shop_order_open ON shop_order (paid_at) WHERE state IN ('paid', 'part_refunded');
