-- Sign-ins through identity providers.

-- One that is under way, found by the digest of its state; gone when the browser comes back.
CREATE TABLE pending_sign_ins (
    state      BYTEA PRIMARY KEY CHECK (length(state) = 32),
    provider   TEXT COLLATE "C" NOT NULL,
    browser    BYTEA NOT NULL CHECK (length(browser) = 32),
    sealed     BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX pending_sign_ins_by_expiry ON pending_sign_ins (expires_at);

-- What a provider is asked again with, and when it last was. It goes with the link.
CREATE TABLE federated_accounts (
    issuer       TEXT COLLATE "C" NOT NULL,
    subject      TEXT COLLATE "C" NOT NULL,
    provider     TEXT COLLATE "C" NOT NULL,
    sealed       BYTEA,
    session      TEXT COLLATE "C",
    signed_in_at BIGINT NOT NULL,
    asked_at     BIGINT NOT NULL,
    heard_at     BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject),
    FOREIGN KEY (issuer, subject) REFERENCES account_links ON DELETE CASCADE
);

-- That the sign-in of a user at a moment, its sessions and its grants, stand by whose word.
CREATE TABLE vouched (
    user_id          TEXT COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
    authenticated_at BIGINT NOT NULL,
    issuer           TEXT COLLATE "C" NOT NULL,
    subject          TEXT COLLATE "C" NOT NULL,
    session          TEXT COLLATE "C",
    PRIMARY KEY (user_id, authenticated_at)
);

CREATE INDEX vouched_by_time ON vouched (authenticated_at);
