-- Identity providers that keep accounts up to date (SCIM): their tokens, and what they say of the
-- accounts that are theirs.

CREATE TABLE provisioning_tokens (
    id         TEXT COLLATE "C" PRIMARY KEY,
    digest     BYTEA NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
    provider   TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT
);

CREATE TABLE provisioned_users (
    user_id      TEXT COLLATE "C" PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    provider     TEXT COLLATE "C" NOT NULL,
    external_id  TEXT COLLATE "C",
    attributes   TEXT COLLATE "C" NOT NULL, -- JSON, as the provider sent them
    is_adopted   BIGINT NOT NULL CHECK (is_adopted IN (0, 1)),
    is_suspended BIGINT NOT NULL CHECK (is_suspended IN (0, 1)),
    created_at   BIGINT NOT NULL,
    changed_at   BIGINT NOT NULL
);

CREATE INDEX provisioned_users_in_order ON provisioned_users (provider, created_at, user_id);
CREATE UNIQUE INDEX provisioned_users_by_external_id ON provisioned_users (provider, external_id)
    WHERE external_id IS NOT NULL;

CREATE INDEX provisioning_tokens_by_expiry ON provisioning_tokens (expires_at);
