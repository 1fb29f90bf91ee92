CREATE TABLE hello_greeting (
    id uuid PRIMARY KEY,
    user_id uuid,
    text text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
