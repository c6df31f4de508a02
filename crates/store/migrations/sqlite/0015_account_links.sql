-- Which person of an issuer elsewhere is which account here; an administrator says so.

CREATE TABLE account_links (
    issuer     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    user_id    TEXT NOT NULL REFERENCES users,
    created_at INTEGER NOT NULL,
    used_at    INTEGER,
    PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX account_links_by_user ON account_links (user_id);
