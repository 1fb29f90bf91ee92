-- Who ordered what a broadcast brought, as the digest of who put it into the cart there: people are counted once in
-- every step from watching to paying. Empty for what was ordered before, and for who was forgotten.
ALTER TABLE livestream_sale ADD COLUMN visitor bytea;

CREATE INDEX livestream_sale_placed ON livestream_sale (placed_at);
