"""Tables as SQLAlchemy Core sees them: equal to the migrations, which a test compares."""

from nakamise_shop.models.base import metadata
from nakamise_shop.models.cart import cart, cart_line
from nakamise_shop.models.catalog import category, picture, product, shop, stock, variant

__all__ = ["cart", "cart_line", "category", "metadata", "picture", "product", "shop", "stock", "variant"]
