CREATE TABLE accounts.passkeys (
    credential_id bytea PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES accounts.holders (id) ON DELETE CASCADE,
    data jsonb NOT NULL);
CREATE INDEX passkeys_by_user ON accounts.passkeys (user_id);
