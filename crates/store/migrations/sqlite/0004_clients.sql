-- What a client is beyond RFC 7591's minimum: documents, keys, environments, grants.
-- The table is made anew, because what its checks allow cannot be changed in place.

CREATE TABLE clients_new (
    id                    TEXT PRIMARY KEY,
    origin                TEXT NOT NULL
        CHECK (origin IN ('preregistered', 'metadata_document', 'dynamic')),
    name                  TEXT NOT NULL,
    software              TEXT NOT NULL, -- a JSON object
    redirects             TEXT NOT NULL, -- a JSON array of URIs
    authentication        TEXT NOT NULL, -- none, secret, private_key
    secret_digest         BLOB CHECK (length(secret_digest) = 32),
    secret_placement      TEXT CHECK (secret_placement IN ('header', 'body', 'either')),
    authentication_facts  TEXT, -- a JSON object, for methods other than a secret
    grants                TEXT NOT NULL,
    environments          TEXT NOT NULL,
    access_ttl            INTEGER CHECK (access_ttl > 0),
    dpop_bound            INTEGER NOT NULL CHECK (dpop_bound IN (0, 1)),
    management_digest     BLOB CHECK (length(management_digest) = 32),
    document_digest       BLOB CHECK (length(document_digest) = 32),
    document_etag         TEXT,
    document_confirmed_at INTEGER,
    document_fresh_until  INTEGER,
    created_at            INTEGER NOT NULL,
    used_at               INTEGER,
    revoked_at            INTEGER,
    CHECK ((secret_digest IS NULL) = (secret_placement IS NULL)),
    CHECK ((authentication = 'secret') = (secret_digest IS NOT NULL)),
    CHECK ((document_digest IS NULL) = (document_confirmed_at IS NULL)),
    CHECK ((document_digest IS NULL) = (document_fresh_until IS NULL)),
    CHECK (document_digest IS NULL OR origin = 'metadata_document')
) STRICT, WITHOUT ROWID;

INSERT INTO clients_new (id, origin, name, software, redirects, authentication, secret_digest,
    secret_placement, grants, environments, dpop_bound, created_at, used_at, revoked_at)
SELECT id, origin, name, '{}', redirects,
    CASE WHEN secret_digest IS NULL THEN 'none' ELSE 'secret' END, secret_digest, secret_placement,
    CASE refreshes WHEN 1 THEN 'authorization_code refresh_token' ELSE 'authorization_code' END,
    '', 0, created_at, used_at, revoked_at
FROM clients;

DROP TABLE clients;
ALTER TABLE clients_new RENAME TO clients;

-- Covering: counting the unused ones stands in the way of every registration.
CREATE INDEX clients_unused ON clients (created_at, origin, used_at, revoked_at)
    WHERE origin <> 'preregistered' AND used_at IS NULL AND revoked_at IS NULL;
CREATE INDEX clients_revoked ON clients (revoked_at) WHERE revoked_at IS NOT NULL;
