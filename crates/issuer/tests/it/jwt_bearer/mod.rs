//! Assertions of other issuers (RFC 7523, X-004..X-016).

mod account_links;
mod id_jag;
mod keys;
mod scene;
mod workload;
