-- Tokens that an administrator made, with which a client may register itself (RFC 7591 section 3).

CREATE TABLE initial_access_tokens (
    id         TEXT COLLATE "C" PRIMARY KEY,
    digest     BYTEA NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
    note       TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    uses       BIGINT NOT NULL DEFAULT 0 CHECK (uses >= 0),
    most_uses  BIGINT CHECK (most_uses > 0), -- none: as often as one likes
    CHECK (most_uses IS NULL OR uses <= most_uses)
);

CREATE INDEX initial_access_tokens_by_expiry ON initial_access_tokens (expires_at);
