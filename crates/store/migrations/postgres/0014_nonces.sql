-- What the ID token of a code repeats (OpenID Connect Core section 3.1.2.1).

ALTER TABLE authorization_codes ADD COLUMN nonce TEXT COLLATE "C";
