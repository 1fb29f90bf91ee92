"""Products as staff keep them: forms, pictures, states, the grid of prices and stock."""
