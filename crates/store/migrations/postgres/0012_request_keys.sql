-- What the signed requests of a client are checked with (RFC 9101), when not with what proves who
-- it is: a JSON object like that of authentication_facts.

ALTER TABLE clients ADD COLUMN request_keys TEXT COLLATE "C";
