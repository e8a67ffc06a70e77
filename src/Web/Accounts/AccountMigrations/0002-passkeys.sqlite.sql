CREATE TABLE passkeys (
    credential_id BLOB PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES holders (id) ON DELETE CASCADE,
    data TEXT NOT NULL);
CREATE INDEX passkeys_by_user ON passkeys (user_id);
