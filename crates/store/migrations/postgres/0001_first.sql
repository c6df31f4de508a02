-- Times are milliseconds since the Unix epoch. Digests are SHA-256 (32 bytes).
-- What each table keeps, and for how long: docs/storage.md. Texts compare byte by byte, whatever
-- the locale of the database: no index depends on rules that change with the system.

CREATE TABLE users (
    id          TEXT COLLATE "C" PRIMARY KEY,
    name        TEXT COLLATE "C" NOT NULL UNIQUE,
    role        TEXT COLLATE "C" NOT NULL CHECK (role IN ('member', 'administrator')),
    password    TEXT COLLATE "C" NOT NULL,
    created_at  BIGINT NOT NULL,
    disabled_at BIGINT
);

CREATE TABLE clients (
    id               TEXT COLLATE "C" PRIMARY KEY,
    origin           TEXT COLLATE "C" NOT NULL CHECK (origin IN ('preregistered', 'dynamic')),
    name             TEXT COLLATE "C" NOT NULL,
    redirects        TEXT COLLATE "C" NOT NULL, -- a JSON array of URIs
    secret_digest    BYTEA CHECK (octet_length(secret_digest) = 32),
    secret_placement TEXT COLLATE "C" CHECK (secret_placement IN ('header', 'body', 'either')),
    refreshes        BIGINT NOT NULL CHECK (refreshes IN (0, 1)),
    created_at       BIGINT NOT NULL,
    used_at          BIGINT,
    revoked_at       BIGINT,
    CHECK ((secret_digest IS NULL) = (secret_placement IS NULL))
);

-- Covering: counting the unused ones stands in the way of every registration.
CREATE INDEX clients_unused ON clients (created_at, origin, used_at, revoked_at)
    WHERE origin = 'dynamic' AND used_at IS NULL AND revoked_at IS NULL;
CREATE INDEX clients_revoked ON clients (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE authorization_codes (
    digest           BYTEA PRIMARY KEY CHECK (octet_length(digest) = 32),
    client_id        TEXT COLLATE "C" NOT NULL REFERENCES clients,
    redirect_uri     TEXT COLLATE "C" NOT NULL,
    challenge        TEXT COLLATE "C" NOT NULL,
    user_id          TEXT COLLATE "C" NOT NULL REFERENCES users,
    resource         TEXT COLLATE "C" NOT NULL,
    scopes           TEXT COLLATE "C" NOT NULL,
    authenticated_at BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL,
    state            TEXT COLLATE "C" NOT NULL CHECK (state IN ('fresh', 'redeemed', 'burnt')),
    grant_id         TEXT COLLATE "C", -- no reference: the grant is added in the same commit, in either order
    CHECK ((state = 'redeemed') = (grant_id IS NOT NULL))
);

CREATE INDEX authorization_codes_by_client ON authorization_codes (client_id);
CREATE INDEX authorization_codes_by_user ON authorization_codes (user_id);
CREATE INDEX authorization_codes_by_expiry ON authorization_codes (expires_at);

CREATE TABLE grants (
    id                TEXT COLLATE "C" PRIMARY KEY,
    user_id           TEXT COLLATE "C" NOT NULL REFERENCES users,
    client_id         TEXT COLLATE "C" NOT NULL REFERENCES clients,
    resource          TEXT COLLATE "C" NOT NULL,
    scopes            TEXT COLLATE "C" NOT NULL,
    authenticated_at  BIGINT NOT NULL,
    created_at        BIGINT NOT NULL,
    last_used_at      BIGINT NOT NULL,
    expires_at        BIGINT NOT NULL,
    revoked_at        BIGINT,
    revocation_reason TEXT COLLATE "C",
    CHECK ((revoked_at IS NULL) = (revocation_reason IS NULL))
);

CREATE INDEX grants_by_user ON grants (user_id, created_at);
CREATE INDEX grants_by_client ON grants (client_id, created_at);
CREATE INDEX grants_by_expiry ON grants (expires_at);
CREATE INDEX grants_revoked ON grants (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE refresh_tokens (
    digest          BYTEA NOT NULL PRIMARY KEY CHECK (octet_length(digest) = 32),
    grant_id        TEXT COLLATE "C" NOT NULL REFERENCES grants,
    expires_at      BIGINT NOT NULL,
    spent_at        BIGINT,
    successor       BYTEA CHECK (octet_length(successor) = 32),
    sealed_response BYTEA, -- emptied when it can no longer be repeated
    CHECK ((spent_at IS NULL) = (successor IS NULL)),
    CHECK (spent_at IS NOT NULL OR sealed_response IS NULL)
);

CREATE INDEX refresh_tokens_by_grant ON refresh_tokens (grant_id);
CREATE INDEX refresh_tokens_unused ON refresh_tokens (expires_at) WHERE spent_at IS NULL;
CREATE INDEX refresh_tokens_repeatable ON refresh_tokens (spent_at)
    WHERE sealed_response IS NOT NULL;

CREATE TABLE sessions (
    digest           BYTEA PRIMARY KEY CHECK (octet_length(digest) = 32),
    user_id          TEXT COLLATE "C" NOT NULL REFERENCES users,
    authenticated_at BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL
);

CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE consents (
    user_id       TEXT COLLATE "C" NOT NULL REFERENCES users,
    client_id     TEXT COLLATE "C" NOT NULL REFERENCES clients,
    redirect_host TEXT COLLATE "C" NOT NULL,
    resource      TEXT COLLATE "C" NOT NULL,
    scopes        TEXT COLLATE "C" NOT NULL,
    granted_at    BIGINT NOT NULL,
    PRIMARY KEY (user_id, client_id, redirect_host, resource)
);

CREATE INDEX consents_by_client ON consents (client_id);

CREATE TABLE answered_flows (
    id         TEXT COLLATE "C" PRIMARY KEY,
    expires_at BIGINT NOT NULL
);

CREATE INDEX answered_flows_by_expiry ON answered_flows (expires_at);

CREATE TABLE setup_links (
    digest     BYTEA PRIMARY KEY CHECK (octet_length(digest) = 32),
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);

CREATE TABLE signing_keys (
    id             TEXT COLLATE "C" PRIMARY KEY,
    algorithm      TEXT COLLATE "C" NOT NULL CHECK (algorithm IN ('ES256', 'EdDSA', 'RS256')),
    public         TEXT COLLATE "C" NOT NULL, -- a JSON Web Key
    sealed_private BYTEA NOT NULL,
    created_at     BIGINT NOT NULL
);

CREATE TABLE revoked_access_tokens (
    id         TEXT COLLATE "C" PRIMARY KEY,
    revoked_at BIGINT NOT NULL
);

CREATE INDEX revoked_access_tokens_by_time ON revoked_access_tokens (revoked_at);

-- The audit log: JSON lines, many to a row, each bound to the one before it.
CREATE TABLE audit_segments (
    first_sequence BIGINT PRIMARY KEY,
    last_sequence  BIGINT NOT NULL CHECK (last_sequence >= first_sequence),
    first_at       BIGINT NOT NULL,
    last_at        BIGINT NOT NULL,
    lines          BYTEA NOT NULL
);

-- The end of the audit log. Whoever holds the lock on this row is the one who writes.
CREATE TABLE audit_chain (
    one      BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (one),
    sequence BIGINT NOT NULL,
    digest   BYTEA NOT NULL CHECK (octet_length(digest) = 32)
) WITH (fillfactor = 10);

INSERT INTO audit_chain (sequence, digest) VALUES (0, decode(repeat('00', 32), 'hex'));

-- Scopes of two lists separated by spaces, each once.
CREATE FUNCTION unite_scopes(one TEXT, other TEXT) RETURNS TEXT LANGUAGE SQL IMMUTABLE AS $$
    SELECT coalesce(string_agg(scope, ' ' ORDER BY scope), '')
    FROM (SELECT DISTINCT scope COLLATE "C" AS scope
          FROM unnest(string_to_array(one || ' ' || other, ' ')) AS scope
          WHERE scope <> '') AS scopes
$$;
