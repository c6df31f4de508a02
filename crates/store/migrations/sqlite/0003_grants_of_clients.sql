-- A grant may be a client's own: nobody approved it, and nobody proved who they are.

CREATE TABLE grants_new (
    id                TEXT PRIMARY KEY,
    user_id           TEXT REFERENCES users, -- none: the client acts for itself
    client_id         TEXT NOT NULL REFERENCES clients,
    resource          TEXT NOT NULL,
    scopes            TEXT NOT NULL,
    authenticated_at  INTEGER,
    created_at        INTEGER NOT NULL,
    last_used_at      INTEGER NOT NULL,
    expires_at        INTEGER NOT NULL,
    revoked_at        INTEGER,
    revocation_reason TEXT,
    CHECK ((revoked_at IS NULL) = (revocation_reason IS NULL))
) STRICT, WITHOUT ROWID;

INSERT INTO grants_new (id, user_id, client_id, resource, scopes, authenticated_at, created_at,
        last_used_at, expires_at, revoked_at, revocation_reason)
    SELECT id, user_id, client_id, resource, scopes, authenticated_at, created_at,
        last_used_at, expires_at, revoked_at, revocation_reason
    FROM grants;

DROP TABLE grants;
ALTER TABLE grants_new RENAME TO grants;

CREATE INDEX grants_by_user ON grants (user_id, created_at);
CREATE INDEX grants_by_client ON grants (client_id, created_at);
CREATE INDEX grants_by_expiry ON grants (expires_at);
CREATE INDEX grants_revoked ON grants (revoked_at) WHERE revoked_at IS NOT NULL;
