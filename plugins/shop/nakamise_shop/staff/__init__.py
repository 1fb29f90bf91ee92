"""What a shop's staff sees and does: products, shops, orders, the dashboard's box."""
