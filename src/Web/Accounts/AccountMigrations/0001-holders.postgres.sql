CREATE TABLE accounts.holders (
    id uuid PRIMARY KEY,
    user_name text NOT NULL,
    normalized_user_name text NOT NULL UNIQUE,
    password_hash text NOT NULL,
    security_stamp text NOT NULL,
    concurrency_stamp text,
    sealed_email text,
    recovery_codes text NOT NULL,
    lockout_end timestamptz,
    lockout_enabled boolean NOT NULL,
    access_failed_count integer NOT NULL);
