-- A client may have registered that its tokens are bound to its certificate (RFC 8705).

ALTER TABLE clients ADD COLUMN certificate_bound INTEGER NOT NULL DEFAULT 0 CHECK (certificate_bound IN (0, 1));
