-- Identity providers that keep accounts up to date (SCIM): their tokens, and what they say of the
-- accounts that are theirs.

CREATE TABLE provisioning_tokens (
    id         TEXT PRIMARY KEY,
    digest     BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    provider   TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE provisioned_users (
    user_id      TEXT PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    provider     TEXT NOT NULL,
    external_id  TEXT,
    attributes   TEXT NOT NULL, -- JSON, as the provider sent them
    is_adopted   INTEGER NOT NULL CHECK (is_adopted IN (0, 1)),
    is_suspended INTEGER NOT NULL CHECK (is_suspended IN (0, 1)),
    created_at   INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX provisioned_users_in_order ON provisioned_users (provider, created_at, user_id);
CREATE UNIQUE INDEX provisioned_users_by_external_id ON provisioned_users (provider, external_id)
    WHERE external_id IS NOT NULL;

CREATE INDEX provisioning_tokens_by_expiry ON provisioning_tokens (expires_at);
