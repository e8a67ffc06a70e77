ALTER TABLE staff.members ADD COLUMN standing text NOT NULL DEFAULT 'Active';
ALTER TABLE staff.members ADD COLUMN last_seen_at timestamptz;
CREATE TABLE staff.sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES staff.members (id) ON DELETE CASCADE,
    browser text NOT NULL,
    started_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL);
CREATE INDEX sessions_by_user ON staff.sessions (user_id);
CREATE TABLE staff.invitations (
    id uuid PRIMARY KEY,
    token_hash text NOT NULL UNIQUE,
    role text NOT NULL,
    invited_by uuid NOT NULL,
    expires_at timestamptz NOT NULL);
-- What every administrator could do until now is a right of its own: who has it keeps it.
INSERT INTO staff.claims (user_id, claim_type, claim_value)
SELECT user_id, 'handles-severe', '' FROM staff.claims
WHERE claim_type = 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role' AND claim_value = 'administrator';
