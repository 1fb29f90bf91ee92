"""What a broadcast brings the shop: what was tapped, put into the cart and ordered because of it."""
