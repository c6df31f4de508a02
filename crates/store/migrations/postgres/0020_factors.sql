-- Second factors, and how a person proved who they are, as far as tokens say so.

CREATE TABLE totp (
    user_id    TEXT COLLATE "C" PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    sealed     BYTEA NOT NULL, -- the key, under the master key
    last_step  BIGINT NOT NULL, -- no code of this half minute or an earlier one is taken
    created_at BIGINT NOT NULL,
    used_at    BIGINT
);

CREATE TABLE recovery_codes (
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
    digest  BYTEA NOT NULL CHECK (octet_length(digest) = 32),
    PRIMARY KEY (user_id, digest)
);

CREATE TABLE passkeys (
    id         TEXT COLLATE "C" PRIMARY KEY,
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
    credential BYTEA NOT NULL UNIQUE,
    public_key BYTEA NOT NULL, -- as COSE writes it
    sign_count BIGINT NOT NULL,
    synced     BIGINT NOT NULL CHECK (synced IN (0, 1)),
    name       TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    used_at    BIGINT
);

CREATE INDEX passkeys_by_user ON passkeys (user_id);

-- Words with a space between; none where no person signed in.
ALTER TABLE authorization_codes ADD COLUMN methods TEXT COLLATE "C" NOT NULL DEFAULT 'password';
ALTER TABLE grants ADD COLUMN methods TEXT COLLATE "C" NOT NULL DEFAULT '';
UPDATE grants SET methods = 'password' WHERE authenticated_at IS NOT NULL;
ALTER TABLE device_authorizations ADD COLUMN methods TEXT COLLATE "C";
UPDATE device_authorizations SET methods = 'password' WHERE state = 'approved';
