-- Tokens that an administrator made, with which a client may register itself (RFC 7591 section 3).

CREATE TABLE initial_access_tokens (
    id         TEXT PRIMARY KEY,
    digest     BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    note       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    uses       INTEGER NOT NULL DEFAULT 0 CHECK (uses >= 0),
    most_uses  INTEGER CHECK (most_uses > 0), -- none: as often as one likes
    CHECK (most_uses IS NULL OR uses <= most_uses)
) STRICT, WITHOUT ROWID;

CREATE INDEX initial_access_tokens_by_expiry ON initial_access_tokens (expires_at);
