-- Deliveries and jobs whose effect is in this schema already: see Delivery.first_time.
CREATE TABLE core_handled (
    id uuid PRIMARY KEY,
    handled_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX core_handled_at ON core_handled (handled_at);
