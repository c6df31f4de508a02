-- What a spent refresh token returned lies elsewhere, so that spending one rewrites little. Tokens
-- go by the day on which their grant ends, and not by the grant: no index finds them by it, and no
-- reference. What replicas of before add in the meantime goes when it expires.
CREATE TABLE refresh_responses (
    id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest   BYTEA NOT NULL UNIQUE CHECK (octet_length(digest) = 32), -- of the spent token
    spent_at BIGINT NOT NULL,
    sealed   BYTEA NOT NULL
);

ALTER TABLE refresh_tokens ADD COLUMN kept_until BIGINT NOT NULL DEFAULT 0;
INSERT INTO refresh_responses (digest, spent_at, sealed)
    SELECT digest, spent_at, sealed_response
    FROM refresh_tokens WHERE sealed_response IS NOT NULL ORDER BY spent_at;
UPDATE refresh_tokens SET sealed_response = NULL, -- nobody reads it any more
        kept_until = (grants.expires_at / 86400000 + 1) * 86400000
    FROM grants WHERE grants.id = grant_id;

ALTER TABLE refresh_tokens DROP CONSTRAINT refresh_tokens_grant_id_fkey;
DROP INDEX refresh_tokens_by_grant;
DROP INDEX refresh_tokens_unused;
CREATE INDEX refresh_tokens_by_end ON refresh_tokens (kept_until);
