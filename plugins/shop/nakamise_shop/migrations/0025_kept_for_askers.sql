-- contract: the version before writes no kept item, and writes none of the notice's that is kept without being refused
-- Address and phone that a notice keeps for those who ask (特商法 11条ただし書) stand apart from what is shown.
ALTER TABLE shop_shop ADD COLUMN kept jsonb NOT NULL DEFAULT '{}';
ALTER TABLE shop_shop
    ADD CONSTRAINT shop_shop_kept CHECK (
        kept - '{address,address_en,phone,phone_en}'::text[] = '{}'
        AND (NOT kept ? 'address_en' OR kept ? 'address')
        AND (NOT kept ? 'phone_en' OR kept ? 'phone')
        AND NOT (kept ? 'address' AND legal ?| '{address,address_en}')
        AND NOT (kept ? 'phone' AND legal ?| '{phone,phone_en}'));

-- Who asked for them, and the mail that told it. Without the person's address once it is not needed.
CREATE TABLE shop_notice_request (
    id uuid PRIMARY KEY,
    shop_id uuid NOT NULL REFERENCES shop_shop (id),
    email text NOT NULL,
    name text NOT NULL DEFAULT '',
    locale text NOT NULL,
    -- What was told, as it was told: {"address": "…", "phone": "…"}.
    told jsonb NOT NULL CHECK (told <> '{}'),
    -- In core_mail; no foreign key, for the log outlives it.
    mail_id uuid NOT NULL,
    sent_at timestamptz,
    -- Staff told the person another way.
    helped_by text NOT NULL DEFAULT '',
    helped_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((helped_by = '') = (helped_at IS NULL)),
    CHECK (email <> '' OR name = '')
);

CREATE INDEX shop_notice_request_list ON shop_notice_request (created_at DESC, id);
CREATE INDEX shop_notice_request_email ON shop_notice_request (lower(email)) WHERE email <> '';

-- The brake: digests of addresses, networks and shops, for a day.
CREATE TABLE shop_notice_try (
    who bytea PRIMARY KEY,
    tries integer NOT NULL CHECK (tries > 0),
    since timestamptz NOT NULL
);
