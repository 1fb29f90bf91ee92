"""What a buyer looks at: products, categories, shops."""
