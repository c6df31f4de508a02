-- What a spent refresh token returned, which is ten times as long and needed for a day at most, lies
-- elsewhere, so that spending one rewrites little. Tokens go by the hour in which their grant ends,
-- and not by the grant: no index finds them by it, and no reference.
CREATE TABLE refresh_responses (
    id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest   BYTEA NOT NULL UNIQUE CHECK (octet_length(digest) = 32), -- of the spent token
    spent_at BIGINT NOT NULL,
    sealed   BYTEA NOT NULL
);

INSERT INTO refresh_responses (digest, spent_at, sealed)
    SELECT digest, spent_at, sealed_response
    FROM refresh_tokens WHERE sealed_response IS NOT NULL ORDER BY spent_at;

DROP INDEX refresh_tokens_by_grant;
DROP INDEX refresh_tokens_unused;
DROP INDEX refresh_tokens_repeatable;
ALTER TABLE refresh_tokens DROP CONSTRAINT refresh_tokens_grant_id_fkey;
ALTER TABLE refresh_tokens DROP COLUMN sealed_response;
ALTER TABLE refresh_tokens ADD COLUMN kept_until BIGINT;
UPDATE refresh_tokens SET kept_until = (grants.expires_at / 3600000 + 1) * 3600000
    FROM grants WHERE grants.id = grant_id;
ALTER TABLE refresh_tokens ALTER COLUMN kept_until SET NOT NULL;

CREATE INDEX refresh_tokens_by_end ON refresh_tokens (kept_until);
