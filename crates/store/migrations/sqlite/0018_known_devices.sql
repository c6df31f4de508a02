-- Browsers in which somebody signed in before; one value of a browser serves all its people.

CREATE TABLE known_devices (
    id         TEXT PRIMARY KEY,
    digest     BLOB NOT NULL CHECK (length(digest) = 32),
    user_id    TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    agent      TEXT,
    address    TEXT,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    UNIQUE (digest, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX known_devices_by_user ON known_devices (user_id, seen_at);
CREATE INDEX known_devices_by_expiry ON known_devices (expires_at);
