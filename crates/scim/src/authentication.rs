//! Who asks: the one bearer token of a request, and whose it is (RFC 7644 section 2).

use std::net::IpAddr;

use doorward_core::{
    bearer::{self, BearerFault},
    dpop::Scheme,
    provisioning::ProvisionerName,
    secret::{Digest, Secret},
};
use doorward_store::StoreError;
use http::{HeaderMap, header};

use crate::{
    answer::Refusal,
    scim::{ScimConfig, Shared},
};

impl Shared {
    /// Who the token of a request speaks for.
    pub(crate) async fn authenticate(
        &self,
        config: &ScimConfig,
        headers: &HeaderMap,
        peer: Option<IpAddr>,
    ) -> Result<ProvisionerName, Refusal> {
        let sent = headers.get_all(header::AUTHORIZATION);
        let sent = match bearer::the_one(sent.iter().map(|value| value.as_bytes())) {
            Ok(sent) if matches!(sent.scheme, Scheme::Bearer) => sent.token,
            Ok(_) | Err(BearerFault::Missing) => return Err(Refusal::Unauthenticated),
            Err(BearerFault::Malformed) => return Err(self.wrong(peer)),
        };
        // Whoever is right is let in, whatever others at the same address guessed (LG-02).
        let digest = Secret::presented(sent).digest();
        let known = self.owner_of(config, &digest).await?;
        known.ok_or_else(|| self.wrong(peer))
    }

    /// What is said of a token that is nobody's: one guess of the address.
    fn wrong(&self, peer: Option<IpAddr>) -> Refusal {
        match self.guesses.take(peer, self.parts.clock.now()) {
            Ok(()) => Refusal::WrongToken,
            Err(wait) => Refusal::TooManyGuesses(wait),
        }
    }

    async fn owner_of(
        &self,
        config: &ScimConfig,
        digest: &Digest,
    ) -> Result<Option<ProvisionerName>, StoreError> {
        let mut configured = config.tokens.iter();
        if let Some((provider, _)) = configured.find(|(_, known)| known.matches(digest)) {
            return Ok(Some(provider.clone()));
        }
        let token = self
            .parts
            .store
            .begin()
            .await?
            .provisioning_token(digest)
            .await?;
        let now = self.parts.clock.now();
        Ok(token
            .filter(|token| token.is_live(now))
            .map(|token| token.provider))
    }
}
