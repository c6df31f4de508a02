-- What a person gives a client may be single calls, and may end early: remembered so, and kept so
-- until the client collects it. NULL: all that the scopes open, for as long as is configured.

ALTER TABLE consents ADD COLUMN details TEXT COLLATE "C";
ALTER TABLE consents ADD COLUMN ends_at BIGINT;
ALTER TABLE authorization_codes ADD COLUMN ends_at BIGINT;
ALTER TABLE device_authorizations ADD COLUMN ends_at BIGINT;

CREATE INDEX consents_by_end ON consents (ends_at) WHERE ends_at IS NOT NULL;

-- The address that a device asked from, which the person sees beside their own.
ALTER TABLE device_authorizations ADD COLUMN peer TEXT COLLATE "C";
