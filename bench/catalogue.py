"""The same catalogue every time: 500 products of 8 shops, each with 2 variants and a picture's row."""

from __future__ import annotations

from nakamise.settings import Settings
from nakamise.tenancy.owner import as_tenant, owner_connection, owner_transaction

SHOPS = 8
PRODUCTS = 500
STOCK = 1_000_000


def _fill(products: int) -> tuple[str, ...]:
    return (
        f"""
INSERT INTO shop_shop (id, slug, name, state, legal, order_number_prefix, shipping_fee, opened_at)
SELECT md5('shop' || n)::uuid, 'shop-' || n, n || '号店', 'open',
       '{{"seller": "株式会社たたら", "payment_methods": "クレジットカード", "payment_timing": "ご注文の確定時",
          "delivery_time": "3営業日以内に発送", "returns": "到着後8日以内", "order_period": "なし"}}',
       'S' || n, 550, timestamptz '2026-01-01'
FROM generate_series(0, {SHOPS - 1}) n
""",
        """
INSERT INTO shop_category (id, slug, name, parent_id, position)
SELECT md5('category' || n)::uuid, 'category-' || n, '分類' || n,
       CASE WHEN n >= 5 THEN md5('category' || n % 5)::uuid END, n
FROM generate_series(0, 19) n
""",
        f"""
INSERT INTO shop_product (id, shop_id, category_id, slug, name, description, translations, state, badges,
                          search_text, min_price, max_price, published_at)
SELECT md5('product' || n)::uuid, md5('shop' || n % {SHOPS})::uuid, md5('category' || n % 20)::uuid,
       'product-' || n, '手仕事の品 ' || n, repeat('丁寧に作られた品です。', 20),
       jsonb_build_object('en', jsonb_build_object('name', 'Handmade piece ' || n)), 'published',
       CASE WHEN n % 5 = 0 THEN '[{{"name": "新作", "name_en": "New"}}]' ELSE '[]' END::jsonb,
       '手仕事の品 ' || n, 500 + n * 7, 700 + n * 7, timestamptz '2026-01-01' + n * interval '1 minute'
FROM generate_series(0, {products - 1}) n
""",
        f"""
INSERT INTO core_media (id, kind, content_sha256, width, height, colour, keys)
SELECT md5('media' || n)::uuid, 'product', md5('media' || n), 1200, 1200, '#c2345a',
       jsonb_build_object('240', 'bench/' || n || '-240.webp', '600', 'bench/' || n || '-600.webp',
                          '1200', 'bench/' || n || '-1200.webp')
FROM generate_series(0, {products - 1}) n
""",
        f"""
INSERT INTO shop_picture (product_id, media_id, position)
SELECT md5('product' || n)::uuid, md5('media' || n)::uuid, 0 FROM generate_series(0, {products - 1}) n
""",
        f"""
INSERT INTO shop_variant (id, product_id, shop_id, sku, name, price, compare_at, position)
SELECT md5('variant' || n || '-' || v)::uuid, md5('product' || n)::uuid, md5('shop' || n % {SHOPS})::uuid,
       'SKU-' || n || '-' || v, 'サイズ' || v, 500 + n * 7 + v * 200,
       CASE WHEN n % 4 = 0 THEN 900 + n * 7 + v * 200 END, v
FROM generate_series(0, {products - 1}) n, generate_series(0, 1) v
""",
        f"INSERT INTO shop_stock (variant_id, on_hand) SELECT id, {STOCK} FROM shop_variant",
    )


async def stock_up(settings: Settings, schema: str, products: int = PRODUCTS) -> None:
    async with owner_transaction(settings) as connection, as_tenant(connection, schema) as tx:
        for statement in _fill(products):
            await tx.execute(statement)
    # What autovacuum would do a minute later; plans must not depend on whether it came by.
    async with owner_connection(settings) as connection:
        for table in (
            "shop_shop",
            "shop_product",
            "shop_variant",
            "shop_stock",
            "shop_picture",
            "core_media",
        ):
            await connection.execute(f'VACUUM ANALYZE "{schema}".{table}')
