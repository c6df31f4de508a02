-- Links for people without a password. Using one removes it.

CREATE TABLE invitations (
    id         TEXT COLLATE "C" PRIMARY KEY,
    digest     BYTEA NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
    name       TEXT COLLATE "C", -- none: the person chooses
    mail       TEXT COLLATE "C",
    role       TEXT COLLATE "C" NOT NULL CHECK (role IN ('member', 'auditor', 'administrator')),
    groups     TEXT COLLATE "C" NOT NULL, -- names, one a line
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX invitations_by_expiry ON invitations (expires_at);

-- The newest of each user.
CREATE TABLE password_resets (
    user_id    TEXT COLLATE "C" PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    digest     BYTEA NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX password_resets_by_expiry ON password_resets (expires_at);
