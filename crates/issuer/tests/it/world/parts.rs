//! What an issuer runs on here: chance that repeats, tools, passwords that cost little.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use argon2::{Argon2, PasswordHasher};
use async_trait::async_trait;
use doorward_core::{
    entropy::Entropy,
    secret::Digest,
    server::{ServerName, ToolEffect, ToolSummary},
    user::PasswordHash,
};
use doorward_fetch::{Fetcher, FetcherConfig, Reach};
use doorward_issuer::{Asking, ToolCatalogue};

use crate::host;

/// The same bytes in every run, never the same twice in one.
pub(crate) struct Seeded(pub(super) AtomicU64);

impl Entropy for Seeded {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(32) {
            let step = self.0.fetch_add(1, Ordering::SeqCst);
            let block = Digest::of(&format!("seed {step}"));
            chunk.copy_from_slice(&block.as_bytes()[..chunk.len()]);
        }
    }
}

/// The tools of servers, unless the list of them is gone.
#[derive(Default)]
pub(crate) struct Tools {
    pub(crate) gone: AtomicBool,
    /// Whether nobody may use `mail`.
    pub(crate) barred: AtomicBool,
}

#[async_trait]
impl ToolCatalogue for Tools {
    fn admits(&self, server: &ServerName, who: Asking<'_>) -> bool {
        assert!(!who.user.as_str().is_empty() && !who.client.as_str().is_empty());
        server.as_str() != "mail" || !self.barred.load(Ordering::SeqCst)
    }

    async fn tools(&self, server: &ServerName) -> Option<Vec<ToolSummary>> {
        if self.gone.load(Ordering::SeqCst) {
            return None;
        }
        let tool = |name: &str, effect| ToolSummary {
            name: name.to_owned(),
            title: None,
            effect,
        };
        if server.as_str() == "many" {
            let names = (0..300).map(|it| format!("tool_{it:03}"));
            return Some(
                names
                    .map(|name| tool(&name, ToolEffect::Destructive))
                    .collect(),
            );
        }
        (server.as_str() == "files").then(|| {
            vec![
                tool("list_files", ToolEffect::Read),
                tool("write_file", ToolEffect::Write),
                tool("delete_file", ToolEffect::Destructive),
            ]
        })
    }
}

/// Fetches from this machine as well.
pub(crate) fn operator_fetcher() -> Fetcher {
    Fetcher::new(FetcherConfig::new(Reach::Operator, host::trusting()))
}

/// Argon2id as real passwords have it, with the least memory and one pass.
pub(super) fn quickly_hashed(password: &str) -> PasswordHash {
    let least = argon2::Params::new(8, 1, 1, None).expect("the least");
    let hashed = Argon2::from(least).hash_password_with_salt(password.as_bytes(), &[2; 16]);
    PasswordHash::from_phc(hashed.expect("hashed").to_string())
}
