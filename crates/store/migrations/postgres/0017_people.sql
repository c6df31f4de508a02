-- What an account says of the person, groups and who says that somebody is in one, and how a
-- session came to be. Whatever belongs to a person alone goes with the person.

ALTER TABLE users DROP CONSTRAINT users_role_check;
ALTER TABLE users ADD CONSTRAINT users_role_check
    CHECK (role IN ('member', 'auditor', 'administrator'));
ALTER TABLE users ALTER COLUMN password DROP NOT NULL; -- none: the person signs in another way
ALTER TABLE users ADD COLUMN display_name TEXT COLLATE "C";
ALTER TABLE users ADD COLUMN mail TEXT COLLATE "C";

CREATE INDEX users_by_mail ON users (mail) WHERE mail IS NOT NULL;

CREATE TABLE groups (
    id          TEXT COLLATE "C" PRIMARY KEY,
    name        TEXT COLLATE "C" NOT NULL UNIQUE,
    source      TEXT COLLATE "C" NOT NULL, -- local, or scim: and the name of the identity provider
    external_id TEXT COLLATE "C",
    created_at  BIGINT NOT NULL,
    changed_at  BIGINT NOT NULL
);

-- By the name of the group: what a claim names needs no row above.
CREATE TABLE memberships (
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
    group_name TEXT COLLATE "C" NOT NULL,
    source     TEXT COLLATE "C" NOT NULL, -- as above, or provider: and the name of the identity provider
    PRIMARY KEY (user_id, group_name, source)
);

CREATE INDEX memberships_by_group ON memberships (group_name, source);

ALTER TABLE sessions DROP CONSTRAINT sessions_user_id_fkey;
ALTER TABLE sessions ADD CONSTRAINT sessions_user_id_fkey
    FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE;
ALTER TABLE sessions ADD COLUMN id TEXT COLLATE "C";
UPDATE sessions SET id = encode(substring(digest from 1 for 16), 'hex');
ALTER TABLE sessions ALTER COLUMN id SET NOT NULL;
ALTER TABLE sessions ADD CONSTRAINT sessions_id_key UNIQUE (id);
ALTER TABLE sessions ADD COLUMN methods TEXT COLLATE "C" NOT NULL DEFAULT 'password'; -- words with a space between
ALTER TABLE sessions ALTER COLUMN methods DROP DEFAULT;
ALTER TABLE sessions ADD COLUMN created_at BIGINT;
ALTER TABLE sessions ADD COLUMN seen_at BIGINT;
UPDATE sessions SET created_at = authenticated_at, seen_at = authenticated_at;
ALTER TABLE sessions ALTER COLUMN created_at SET NOT NULL;
ALTER TABLE sessions ALTER COLUMN seen_at SET NOT NULL;
ALTER TABLE sessions ADD COLUMN agent TEXT COLLATE "C";
ALTER TABLE sessions ADD COLUMN address TEXT COLLATE "C";
