-- The snapshots of purchases and orders stay in their rows as they are: PostgreSQL would otherwise compress
-- what is wider than 2 kB, which is half of all work of placing an order (docs/adr/0017). Old rows stay as they are.
ALTER TABLE shop_purchase SET (toast_tuple_target = 8160);

ALTER TABLE shop_order SET (toast_tuple_target = 8160);
