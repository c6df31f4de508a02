-- Which person of an issuer elsewhere is which account here; an administrator says so.

CREATE TABLE account_links (
    issuer     TEXT COLLATE "C" NOT NULL,
    subject    TEXT COLLATE "C" NOT NULL,
    user_id    TEXT COLLATE "C" NOT NULL REFERENCES users,
    created_at BIGINT NOT NULL,
    used_at    BIGINT,
    PRIMARY KEY (issuer, subject)
);

CREATE INDEX account_links_by_user ON account_links (user_id);
