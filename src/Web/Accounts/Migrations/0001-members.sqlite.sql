CREATE TABLE members (
    id TEXT PRIMARY KEY,
    user_name TEXT NOT NULL,
    normalized_user_name TEXT NOT NULL UNIQUE,
    password_hash TEXT,
    security_stamp TEXT NOT NULL,
    concurrency_stamp TEXT,
    two_factor_enabled INTEGER NOT NULL,
    lockout_end TEXT,
    lockout_enabled INTEGER NOT NULL,
    access_failed_count INTEGER NOT NULL);
CREATE TABLE claims (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    claim_type TEXT,
    claim_value TEXT);
CREATE INDEX claims_by_user ON claims (user_id);
CREATE TABLE logins (
    login_provider TEXT NOT NULL,
    provider_key TEXT NOT NULL,
    provider_display_name TEXT,
    user_id TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    PRIMARY KEY (login_provider, provider_key));
CREATE TABLE tokens (
    user_id TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    login_provider TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT,
    PRIMARY KEY (user_id, login_provider, name));
