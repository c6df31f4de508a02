-- Refresh tokens lie as they came. What a spent one returned, which is ten times as long and needed
-- for a day at most, lies elsewhere, so that spending one moves no other. They go by the hour in
-- which their grant ends, and not by the grant: no index finds them by it, and no reference.
CREATE TABLE refresh_tokens_new (
    digest     BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    grant_id   TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    kept_until INTEGER NOT NULL,
    spent_at   INTEGER,
    successor  BLOB CHECK (length(successor) = 32),
    CHECK ((spent_at IS NULL) = (successor IS NULL))
) STRICT, WITHOUT ROWID;

INSERT INTO refresh_tokens_new (digest, grant_id, expires_at, kept_until, spent_at, successor)
    SELECT digest, grant_id, refresh_tokens.expires_at,
        (grants.expires_at / 3600000 + 1) * 3600000, spent_at, successor
    FROM refresh_tokens JOIN grants ON id = grant_id ORDER BY digest;

CREATE TABLE refresh_responses (
    id       INTEGER PRIMARY KEY,
    digest   BLOB NOT NULL UNIQUE CHECK (length(digest) = 32), -- of the spent token
    spent_at INTEGER NOT NULL,
    sealed   BLOB NOT NULL
) STRICT;

INSERT INTO refresh_responses (digest, spent_at, sealed)
    SELECT digest, spent_at, sealed_response
    FROM refresh_tokens WHERE sealed_response IS NOT NULL ORDER BY spent_at;

DROP TABLE refresh_tokens;
ALTER TABLE refresh_tokens_new RENAME TO refresh_tokens;

CREATE INDEX refresh_tokens_by_end ON refresh_tokens (kept_until);
