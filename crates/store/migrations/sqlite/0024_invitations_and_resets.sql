-- Links for people without a password. Using one removes it.

CREATE TABLE invitations (
    id         TEXT PRIMARY KEY,
    digest     BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    name       TEXT, -- none: the person chooses
    mail       TEXT,
    role       TEXT NOT NULL CHECK (role IN ('member', 'auditor', 'administrator')),
    groups     TEXT NOT NULL, -- names, one a line
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX invitations_by_expiry ON invitations (expires_at);

-- The newest of each user.
CREATE TABLE password_resets (
    user_id    TEXT PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    digest     BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX password_resets_by_expiry ON password_resets (expires_at);
