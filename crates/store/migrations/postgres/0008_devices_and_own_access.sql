-- Requests of devices that wait for a person (RFC 8628), and clients that act for themselves.

CREATE TABLE device_authorizations (
    digest           BYTEA PRIMARY KEY CHECK (octet_length(digest) = 32),
    user_code        BYTEA NOT NULL UNIQUE CHECK (octet_length(user_code) = 32),
    client_id        TEXT COLLATE "C" NOT NULL REFERENCES clients,
    resource         TEXT COLLATE "C" NOT NULL,
    scopes           TEXT COLLATE "C" NOT NULL,
    expires_at       BIGINT NOT NULL,
    poll_interval    BIGINT NOT NULL, -- milliseconds
    polled_at        BIGINT,
    state            TEXT COLLATE "C" NOT NULL CHECK (state IN ('pending', 'approved', 'denied')),
    user_id          TEXT COLLATE "C" REFERENCES users,
    authenticated_at BIGINT,
    CHECK ((state = 'approved') = (user_id IS NOT NULL)),
    CHECK ((user_id IS NULL) = (authenticated_at IS NULL))
);

CREATE INDEX device_authorizations_by_client ON device_authorizations (client_id);
CREATE INDEX device_authorizations_by_user ON device_authorizations (user_id)
    WHERE user_id IS NOT NULL;
CREATE INDEX device_authorizations_by_expiry ON device_authorizations (expires_at);

-- What a client may do for itself, without any user: scopes, and names of servers.
ALTER TABLE clients ADD COLUMN own_scopes TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE clients ADD COLUMN own_servers TEXT COLLATE "C" NOT NULL DEFAULT '';
