-- Signing keys over time: when each begins to sign, and when it stops.

ALTER TABLE signing_keys ADD COLUMN active_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE signing_keys ADD COLUMN retired_at BIGINT;
ALTER TABLE signing_keys ADD COLUMN removed_at BIGINT;

-- Until now a key signed from when it was made.
UPDATE signing_keys SET active_from = created_at;
