-- When staff were last told that Stripe does not take our key; no row while it does.
CREATE TABLE payments_stripe_refused_key (
    id int PRIMARY KEY CHECK (id = 1),
    told_at timestamptz NOT NULL
);
