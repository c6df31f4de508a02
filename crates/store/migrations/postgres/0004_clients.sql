-- What a client is beyond RFC 7591's minimum: documents, keys, environments, grants.

DROP INDEX clients_unused;
ALTER TABLE clients DROP CONSTRAINT clients_origin_check;
ALTER TABLE clients
    ADD CHECK (origin IN ('preregistered', 'metadata_document', 'dynamic')),
    ADD COLUMN software TEXT COLLATE "C" NOT NULL DEFAULT '{}', -- a JSON object
    ADD COLUMN authentication TEXT COLLATE "C", -- none, secret, private_key
    ADD COLUMN authentication_facts TEXT COLLATE "C", -- a JSON object, for methods other than a secret
    ADD COLUMN grants TEXT COLLATE "C",
    ADD COLUMN environments TEXT COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN access_ttl BIGINT CHECK (access_ttl > 0),
    ADD COLUMN dpop_bound BIGINT NOT NULL DEFAULT 0 CHECK (dpop_bound IN (0, 1)),
    ADD COLUMN management_digest BYTEA CHECK (octet_length(management_digest) = 32),
    ADD COLUMN document_digest BYTEA CHECK (octet_length(document_digest) = 32),
    ADD COLUMN document_etag TEXT COLLATE "C",
    ADD COLUMN document_confirmed_at BIGINT,
    ADD COLUMN document_fresh_until BIGINT;

UPDATE clients SET
    authentication = CASE WHEN secret_digest IS NULL THEN 'none' ELSE 'secret' END,
    grants = CASE refreshes WHEN 1 THEN 'authorization_code refresh_token' ELSE 'authorization_code' END;

ALTER TABLE clients
    DROP COLUMN refreshes,
    ALTER COLUMN software DROP DEFAULT,
    ALTER COLUMN environments DROP DEFAULT,
    ALTER COLUMN dpop_bound DROP DEFAULT,
    ALTER COLUMN authentication SET NOT NULL,
    ALTER COLUMN grants SET NOT NULL,
    ADD CHECK ((authentication = 'secret') = (secret_digest IS NOT NULL)),
    ADD CHECK ((document_digest IS NULL) = (document_confirmed_at IS NULL)),
    ADD CHECK ((document_digest IS NULL) = (document_fresh_until IS NULL)),
    ADD CHECK (document_digest IS NULL OR origin = 'metadata_document');

-- Covering: counting the unused ones stands in the way of every registration.
CREATE INDEX clients_unused ON clients (created_at, origin, used_at, revoked_at)
    WHERE origin <> 'preregistered' AND used_at IS NULL AND revoked_at IS NULL;
