-- Who opened and closed shops before could do it as their staff; now it is a permission of its own. Sites that are
-- there already get it for the role that new ones have it in.
INSERT INTO core_role_permission (role_id, permission)
SELECT id, 'shop.shops.decide' FROM core_role WHERE id = 'admin'
ON CONFLICT (role_id, permission) DO NOTHING;
