-- What an account says of the person, groups and who says that somebody is in one, and how a
-- session came to be. Whatever belongs to a person alone goes with the person.

CREATE TABLE users_new (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    role         TEXT NOT NULL CHECK (role IN ('member', 'auditor', 'administrator')),
    password     TEXT, -- none: the person signs in another way
    display_name TEXT,
    mail         TEXT,
    created_at   INTEGER NOT NULL,
    disabled_at  INTEGER
) STRICT, WITHOUT ROWID;

INSERT INTO users_new (id, name, role, password, created_at, disabled_at)
    SELECT id, name, role, password, created_at, disabled_at FROM users;

DROP TABLE users;
ALTER TABLE users_new RENAME TO users;

CREATE INDEX users_by_mail ON users (mail) WHERE mail IS NOT NULL;

CREATE TABLE groups (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    source      TEXT NOT NULL, -- local, or scim: and the name of the identity provider
    external_id TEXT,
    created_at  INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- By the name of the group: what a claim names needs no row above.
CREATE TABLE memberships (
    user_id    TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    group_name TEXT NOT NULL,
    source     TEXT NOT NULL, -- as above, or provider: and the name of the identity provider
    PRIMARY KEY (user_id, group_name, source)
) STRICT, WITHOUT ROWID;

CREATE INDEX memberships_by_group ON memberships (group_name, source);

CREATE TABLE sessions_new (
    digest           BLOB PRIMARY KEY CHECK (length(digest) = 32),
    id               TEXT NOT NULL UNIQUE,
    user_id          TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    methods          TEXT NOT NULL, -- words with a space between
    created_at       INTEGER NOT NULL,
    authenticated_at INTEGER NOT NULL,
    seen_at          INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    agent            TEXT,
    address          TEXT
) STRICT, WITHOUT ROWID;

INSERT INTO sessions_new (digest, id, user_id, methods, created_at, authenticated_at, seen_at,
        expires_at)
    SELECT digest, lower(hex(substr(digest, 1, 16))), user_id, 'password', authenticated_at,
        authenticated_at, authenticated_at, expires_at
    FROM sessions;

DROP TABLE sessions;
ALTER TABLE sessions_new RENAME TO sessions;

CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
