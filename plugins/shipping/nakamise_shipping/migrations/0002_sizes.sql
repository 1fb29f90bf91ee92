-- How big (length, width and height together) and heavy one packed piece is; unmeasured goods are not listed.
CREATE TABLE shipping_variant (
    variant_id uuid PRIMARY KEY,
    product_id uuid NOT NULL,
    cm int CHECK (cm BETWEEN 1 AND 400),
    grams int CHECK (grams BETWEEN 1 AND 100000),
    CHECK (cm IS NOT NULL OR grams IS NOT NULL)
);

CREATE INDEX shipping_variant_product ON shipping_variant (product_id);
