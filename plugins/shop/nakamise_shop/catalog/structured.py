"""What search engines read of a product: https://schema.org/Product as JSON-LD."""

from __future__ import annotations

from typing import Any

from nakamise.plugin import TenantCtx
from nakamise_shop.catalog.sale import Sale
from nakamise_shop.catalog.schemas import Product, Variant


def structured(ctx: TenantCtx, product: Product) -> dict[str, Any]:
    page = ctx.url(f"/shop/products/{product.slug}")
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product.name,
        "description": product.description,
        "url": page,
        "image": [ctx.url(picture.url(1280)) for picture in product.pictures],
        "brand": {"@type": "Brand", "name": ctx.tenant.name},
        "offers": [_offer(ctx, product, variant, page) for variant in product.variants],
    }


def _offer(ctx: TenantCtx, product: Product, variant: Variant, page: str) -> dict[str, Any]:
    stock = "OutOfStock" if variant.is_sold_out or product.sale is not Sale.ON else "InStock"
    until = variant.offer.ends_at if variant.offer else None
    return {
        "@type": "Offer",
        "sku": variant.sku,
        "price": variant.price,
        "priceCurrency": ctx.tenant.currency,
        "availability": f"https://schema.org/{stock}",
        "seller": {"@type": "Organization", "name": product.shop_name},
        "url": f"{page}?variant={variant.sku}",
        **({"priceValidUntil": until.isoformat()} if until else {}),
    }
