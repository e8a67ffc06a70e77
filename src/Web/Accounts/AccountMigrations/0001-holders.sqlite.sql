CREATE TABLE holders (
    id TEXT PRIMARY KEY,
    user_name TEXT NOT NULL,
    normalized_user_name TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    security_stamp TEXT NOT NULL,
    concurrency_stamp TEXT,
    sealed_email TEXT,
    recovery_codes TEXT NOT NULL,
    lockout_end TEXT,
    lockout_enabled INTEGER NOT NULL,
    access_failed_count INTEGER NOT NULL);
