-- A client may have registered that all of its requests are pushed (RFC 9126) or signed (RFC 9101).

ALTER TABLE clients ADD COLUMN pushed_only INTEGER NOT NULL DEFAULT 0 CHECK (pushed_only IN (0, 1));
ALTER TABLE clients ADD COLUMN signed_only INTEGER NOT NULL DEFAULT 0 CHECK (signed_only IN (0, 1));
