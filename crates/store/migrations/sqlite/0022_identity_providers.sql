-- Sign-ins through identity providers.

-- One that is under way, found by the digest of its state; gone when the browser comes back.
CREATE TABLE pending_sign_ins (
    state      BLOB PRIMARY KEY CHECK (length(state) = 32),
    provider   TEXT NOT NULL,
    browser    BLOB NOT NULL CHECK (length(browser) = 32),
    sealed     BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX pending_sign_ins_by_expiry ON pending_sign_ins (expires_at);

-- What a provider is asked again with, and when it last was. It goes with the link.
CREATE TABLE federated_accounts (
    issuer       TEXT NOT NULL,
    subject      TEXT NOT NULL,
    provider     TEXT NOT NULL,
    sealed       BLOB,
    session      TEXT,
    signed_in_at INTEGER NOT NULL,
    asked_at     INTEGER NOT NULL,
    heard_at     INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject),
    FOREIGN KEY (issuer, subject) REFERENCES account_links ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- That the sign-in of a user at a moment, its sessions and its grants, stand by whose word.
CREATE TABLE vouched (
    user_id          TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    authenticated_at INTEGER NOT NULL,
    issuer           TEXT NOT NULL,
    subject          TEXT NOT NULL,
    session          TEXT,
    PRIMARY KEY (user_id, authenticated_at)
) STRICT, WITHOUT ROWID;

CREATE INDEX vouched_by_time ON vouched (authenticated_at);
