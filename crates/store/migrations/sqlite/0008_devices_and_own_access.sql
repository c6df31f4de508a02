-- Requests of devices that wait for a person (RFC 8628), and clients that act for themselves.

CREATE TABLE device_authorizations (
    digest           BLOB PRIMARY KEY CHECK (length(digest) = 32),
    user_code        BLOB NOT NULL UNIQUE CHECK (length(user_code) = 32),
    client_id        TEXT NOT NULL REFERENCES clients,
    resource         TEXT NOT NULL,
    scopes           TEXT NOT NULL,
    expires_at       INTEGER NOT NULL,
    poll_interval    INTEGER NOT NULL, -- milliseconds
    polled_at        INTEGER,
    state            TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'denied')),
    user_id          TEXT REFERENCES users,
    authenticated_at INTEGER,
    CHECK ((state = 'approved') = (user_id IS NOT NULL)),
    CHECK ((user_id IS NULL) = (authenticated_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX device_authorizations_by_client ON device_authorizations (client_id);
CREATE INDEX device_authorizations_by_user ON device_authorizations (user_id)
    WHERE user_id IS NOT NULL;
CREATE INDEX device_authorizations_by_expiry ON device_authorizations (expires_at);

-- What a client may do for itself, without any user: scopes, and names of servers.
ALTER TABLE clients ADD COLUMN own_scopes TEXT NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN own_servers TEXT NOT NULL DEFAULT '';
