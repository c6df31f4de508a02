-- Times are milliseconds since the Unix epoch. Digests are SHA-256 (32 bytes).
-- What each table keeps, and for how long: docs/storage.md.

CREATE TABLE users (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    role        TEXT NOT NULL CHECK (role IN ('member', 'administrator')),
    password    TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    disabled_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE clients (
    id               TEXT PRIMARY KEY,
    origin           TEXT NOT NULL CHECK (origin IN ('preregistered', 'dynamic')),
    name             TEXT NOT NULL,
    redirects        TEXT NOT NULL, -- a JSON array of URIs
    secret_digest    BLOB CHECK (length(secret_digest) = 32),
    secret_placement TEXT CHECK (secret_placement IN ('header', 'body', 'either')),
    refreshes        INTEGER NOT NULL CHECK (refreshes IN (0, 1)),
    created_at       INTEGER NOT NULL,
    used_at          INTEGER,
    revoked_at       INTEGER,
    CHECK ((secret_digest IS NULL) = (secret_placement IS NULL))
) STRICT, WITHOUT ROWID;

-- Covering: counting the unused ones stands in the way of every registration.
CREATE INDEX clients_unused ON clients (created_at, origin, used_at, revoked_at)
    WHERE origin = 'dynamic' AND used_at IS NULL AND revoked_at IS NULL;
CREATE INDEX clients_revoked ON clients (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE authorization_codes (
    digest           BLOB PRIMARY KEY CHECK (length(digest) = 32),
    client_id        TEXT NOT NULL REFERENCES clients,
    redirect_uri     TEXT NOT NULL,
    challenge        TEXT NOT NULL,
    user_id          TEXT NOT NULL REFERENCES users,
    resource         TEXT NOT NULL,
    scopes           TEXT NOT NULL,
    authenticated_at INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('fresh', 'redeemed', 'burnt')),
    grant_id         TEXT, -- no reference: the grant is added in the same commit, in either order
    CHECK ((state = 'redeemed') = (grant_id IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX authorization_codes_by_client ON authorization_codes (client_id);
CREATE INDEX authorization_codes_by_user ON authorization_codes (user_id);
CREATE INDEX authorization_codes_by_expiry ON authorization_codes (expires_at);

CREATE TABLE grants (
    id                TEXT PRIMARY KEY,
    user_id           TEXT NOT NULL REFERENCES users,
    client_id         TEXT NOT NULL REFERENCES clients,
    resource          TEXT NOT NULL,
    scopes            TEXT NOT NULL,
    authenticated_at  INTEGER NOT NULL,
    created_at        INTEGER NOT NULL,
    last_used_at      INTEGER NOT NULL,
    expires_at        INTEGER NOT NULL,
    revoked_at        INTEGER,
    revocation_reason TEXT,
    CHECK ((revoked_at IS NULL) = (revocation_reason IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX grants_by_user ON grants (user_id, created_at);
CREATE INDEX grants_by_client ON grants (client_id, created_at);
CREATE INDEX grants_by_expiry ON grants (expires_at);
CREATE INDEX grants_revoked ON grants (revoked_at) WHERE revoked_at IS NOT NULL;

-- With a rowid, unlike the others: the sealed response makes rows long.
CREATE TABLE refresh_tokens (
    digest          BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    grant_id        TEXT NOT NULL REFERENCES grants,
    expires_at      INTEGER NOT NULL,
    spent_at        INTEGER,
    successor       BLOB CHECK (length(successor) = 32),
    sealed_response BLOB, -- emptied when it can no longer be repeated
    CHECK ((spent_at IS NULL) = (successor IS NULL)),
    CHECK (spent_at IS NOT NULL OR sealed_response IS NULL)
) STRICT;

CREATE INDEX refresh_tokens_by_grant ON refresh_tokens (grant_id);
CREATE INDEX refresh_tokens_unused ON refresh_tokens (expires_at) WHERE spent_at IS NULL;
CREATE INDEX refresh_tokens_repeatable ON refresh_tokens (spent_at)
    WHERE sealed_response IS NOT NULL;

CREATE TABLE sessions (
    digest           BLOB PRIMARY KEY CHECK (length(digest) = 32),
    user_id          TEXT NOT NULL REFERENCES users,
    authenticated_at INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE consents (
    user_id       TEXT NOT NULL REFERENCES users,
    client_id     TEXT NOT NULL REFERENCES clients,
    redirect_host TEXT NOT NULL,
    resource      TEXT NOT NULL,
    scopes        TEXT NOT NULL,
    granted_at    INTEGER NOT NULL,
    PRIMARY KEY (user_id, client_id, redirect_host, resource)
) STRICT, WITHOUT ROWID;

CREATE INDEX consents_by_client ON consents (client_id);

CREATE TABLE answered_flows (
    id         TEXT PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX answered_flows_by_expiry ON answered_flows (expires_at);

CREATE TABLE setup_links (
    digest     BLOB PRIMARY KEY CHECK (length(digest) = 32),
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE signing_keys (
    id             TEXT PRIMARY KEY,
    algorithm      TEXT NOT NULL CHECK (algorithm IN ('ES256', 'EdDSA', 'RS256')),
    public         TEXT NOT NULL, -- a JSON Web Key
    sealed_private BLOB NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE revoked_access_tokens (
    id         TEXT PRIMARY KEY,
    revoked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX revoked_access_tokens_by_time ON revoked_access_tokens (revoked_at);

-- The audit log: JSON lines, many to a row, each bound to the one before it.
CREATE TABLE audit_segments (
    first_sequence INTEGER PRIMARY KEY,
    last_sequence  INTEGER NOT NULL CHECK (last_sequence >= first_sequence),
    first_at       INTEGER NOT NULL,
    last_at        INTEGER NOT NULL,
    lines          BLOB NOT NULL
) STRICT;
