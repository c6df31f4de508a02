-- Second factors, and how a person proved who they are, as far as tokens say so.

CREATE TABLE totp (
    user_id    TEXT PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    sealed     BLOB NOT NULL, -- the key, under the master key
    last_step  INTEGER NOT NULL, -- no code of this half minute or an earlier one is taken
    created_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_codes (
    user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    digest  BLOB NOT NULL CHECK (length(digest) = 32),
    PRIMARY KEY (user_id, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE passkeys (
    id         TEXT PRIMARY KEY,
    user_id    TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    credential BLOB NOT NULL UNIQUE,
    public_key BLOB NOT NULL, -- as COSE writes it
    sign_count INTEGER NOT NULL,
    synced     INTEGER NOT NULL CHECK (synced IN (0, 1)),
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX passkeys_by_user ON passkeys (user_id);

-- Words with a space between; none where no person signed in.
ALTER TABLE authorization_codes ADD COLUMN methods TEXT NOT NULL DEFAULT 'password';
ALTER TABLE grants ADD COLUMN methods TEXT NOT NULL DEFAULT '';
UPDATE grants SET methods = 'password' WHERE authenticated_at IS NOT NULL;
ALTER TABLE device_authorizations ADD COLUMN methods TEXT;
UPDATE device_authorizations SET methods = 'password' WHERE state = 'approved';
