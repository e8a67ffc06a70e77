ALTER TABLE members ADD COLUMN standing TEXT NOT NULL DEFAULT 'Active';
ALTER TABLE members ADD COLUMN last_seen_at TEXT;
CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    browser TEXT NOT NULL,
    started_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    invited_by TEXT NOT NULL,
    expires_at TEXT NOT NULL);
-- What every administrator could do until now is a right of its own: who has it keeps it.
INSERT INTO claims (user_id, claim_type, claim_value)
SELECT user_id, 'handles-severe', '' FROM claims
WHERE claim_type = 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role' AND claim_value = 'administrator';
