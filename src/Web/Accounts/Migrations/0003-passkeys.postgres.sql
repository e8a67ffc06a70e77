CREATE TABLE staff.passkeys (
    credential_id bytea PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES staff.members (id) ON DELETE CASCADE,
    data jsonb NOT NULL);
CREATE INDEX passkeys_by_user ON staff.passkeys (user_id);
