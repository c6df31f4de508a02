//! Where sessions come from.

use std::sync::Arc;

use async_trait::async_trait;
use doorward_core::permit::Permit;

use super::Opens;
use crate::upstream::{
    Fault, Upstream,
    link::{Opening, Owner, SessionLink},
};

#[async_trait]
impl Opens for Upstream {
    async fn open(
        &self,
        _permit: Permit,
        owner: &Owner,
        opening: &Opening,
    ) -> Result<Arc<dyn SessionLink>, Fault> {
        let opened = self.session(owner, opening.clone()).await;
        if matches!(opened, Err(Fault::NoSessions | Fault::OtherEra)) {
            self.doubt(); // it is another server by now
        }
        opened
    }
}
