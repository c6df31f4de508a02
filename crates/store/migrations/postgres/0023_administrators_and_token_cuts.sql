-- Whether anybody else could administer is asked before an administrator is let go.
CREATE INDEX users_who_administer ON users (role)
    WHERE role = 'administrator' AND disabled_at IS NULL;

-- Access tokens of a user that were issued until then count for nothing: a group was lost.

CREATE TABLE token_cuts (
    user_id TEXT COLLATE "C" PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    cut_at  BIGINT NOT NULL
);

CREATE INDEX token_cuts_by_time ON token_cuts (cut_at);
