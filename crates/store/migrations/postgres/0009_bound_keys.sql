-- Keys that codes and refresh tokens are bound to (RFC 9449): JWK thumbprints.

ALTER TABLE authorization_codes ADD COLUMN key_thumbprint TEXT COLLATE "C";
ALTER TABLE grants ADD COLUMN key_thumbprint TEXT COLLATE "C";
