-- Browsers in which somebody signed in before; one value of a browser serves all its people.

CREATE TABLE known_devices (
    id         TEXT COLLATE "C" PRIMARY KEY,
    digest     BYTEA NOT NULL CHECK (length(digest) = 32),
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
    agent      TEXT COLLATE "C",
    address    TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    UNIQUE (digest, user_id)
);

CREATE INDEX known_devices_by_user ON known_devices (user_id, seen_at);
CREATE INDEX known_devices_by_expiry ON known_devices (expires_at);
