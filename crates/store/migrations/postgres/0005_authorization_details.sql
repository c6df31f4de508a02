-- An approval may be for single calls (RFC 9396). NULL: for all that its scopes open.
-- The resources of an approval stand in `resource` with spaces in between, the usual one first.

ALTER TABLE authorization_codes ADD COLUMN details TEXT COLLATE "C";
ALTER TABLE grants ADD COLUMN details TEXT COLLATE "C";
