-- Carts: a wish, never a reservation. A guest's is found by a hashed token, a user's by the user.
CREATE TABLE shop_cart (
    id uuid PRIMARY KEY,
    user_id uuid UNIQUE,
    token_hash bytea UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((user_id IS NULL) <> (token_hash IS NULL))
);

CREATE TABLE shop_cart_line (
    cart_id uuid NOT NULL REFERENCES shop_cart (id) ON DELETE CASCADE,
    variant_id uuid NOT NULL REFERENCES shop_variant (id) ON DELETE CASCADE,
    quantity int NOT NULL CHECK (quantity BETWEEN 1 AND 999),
    -- What the buyer saw: a dearer price is said, never slipped in.
    seen_price bigint NOT NULL CHECK (seen_price >= 0),
    added_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (cart_id, variant_id)
);
