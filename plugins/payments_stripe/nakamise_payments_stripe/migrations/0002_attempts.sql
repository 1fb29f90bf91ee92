-- Stripe keeps a failure of its own under the key for a day: what it then certainly did not do is asked with a new one.
ALTER TABLE payments_stripe_object
    ADD COLUMN attempt int NOT NULL DEFAULT 1,
    ADD COLUMN attempt_at timestamptz NOT NULL DEFAULT now();
