-- What a device asks for may be single calls (RFC 9396). NULL: all that the scopes open.

ALTER TABLE device_authorizations ADD COLUMN details TEXT;

-- The keys that were last seen behind the jwks_uri of a client: their thumbprints (RFC 7638).
ALTER TABLE clients ADD COLUMN seen_keys TEXT NOT NULL DEFAULT '';
