"""``python fill.py HOST …``: a tenant for each host, with the catalogue of bench/catalogue.py; prints seconds."""

import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django.setup()

from customers.models import Client, Domain  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

SHOPS = 8
PRODUCTS = 500
STATEMENTS = (
    f"""INSERT INTO shop_shop (id, slug, name, state)
    SELECT md5('shop' || n)::uuid, 'shop-' || n, n || '号店', 'open' FROM generate_series(0, {SHOPS - 1}) n""",
    f"""INSERT INTO shop_product (id, shop_id, slug, name, state, badges, min_price, max_price, published_at)
    SELECT md5('product' || n)::uuid, md5('shop' || n % {SHOPS})::uuid, 'product-' || n, '手仕事の品 ' || n,
           'published', CASE WHEN n % 5 = 0 THEN '[{{"name": "新作"}}]' ELSE '[]' END::jsonb,
           500 + n * 7, 700 + n * 7, timestamptz '2026-01-01' + n * interval '1 minute'
    FROM generate_series(0, {PRODUCTS - 1}) n""",
    f"""INSERT INTO shop_media (id, width, height, colour, keys)
    SELECT md5('media' || n)::uuid, 1200, 1200, '#c2345a',
           jsonb_build_object('240', 'bench/' || n || '-240.webp', '600', 'bench/' || n || '-600.webp',
                              '1200', 'bench/' || n || '-1200.webp')
    FROM generate_series(0, {PRODUCTS - 1}) n""",
    f"""INSERT INTO shop_picture (product_id, media_id, position)
    SELECT md5('product' || n)::uuid, md5('media' || n)::uuid, 0 FROM generate_series(0, {PRODUCTS - 1}) n""",
    f"""INSERT INTO shop_variant (id, product_id, price, compare_at, position, on_hand, reserved)
    SELECT md5('variant' || n || '-' || v)::uuid, md5('product' || n)::uuid, 500 + n * 7 + v * 200,
           CASE WHEN n % 4 = 0 THEN 900 + n * 7 + v * 200 END, v, 1000000, 0
    FROM generate_series(0, {PRODUCTS - 1}) n, generate_series(0, 1) v""",
    "ANALYZE shop_product",
    "ANALYZE shop_variant",
    "ANALYZE shop_picture",
    "ANALYZE shop_media",
)


def main() -> None:
    call_command("migrate_schemas", "--shared", verbosity=0)
    began = time.perf_counter()
    tenants = [_tenant(number, host) for number, host in enumerate(sys.argv[1:])]
    print((time.perf_counter() - began) / len(tenants))
    for tenant in tenants:
        connection.set_tenant(tenant)
        with connection.cursor() as cursor:
            for statement in STATEMENTS:
                cursor.execute(statement)


def _tenant(number: int, host: str) -> Client:
    tenant = Client(schema_name=f"peer{number}", name=host)
    tenant.save(verbosity=0)
    Domain.objects.create(domain=host, tenant=tenant, is_primary=True)
    return tenant


main()
