-- Whatever may be used a single time: answered flows, and the identifiers of assertions and proofs.

CREATE TABLE used_once (
    purpose    TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (purpose, id)
);

CREATE INDEX used_once_by_expiry ON used_once (expires_at);

INSERT INTO used_once (purpose, id, expires_at)
    SELECT 'flow', id, expires_at FROM answered_flows;

-- Nothing reads it any more, and an older version refuses this schema.
DROP TABLE answered_flows;
