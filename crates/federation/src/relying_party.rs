//! The flows with one provider. They reach out through `doorward-fetch` alone, and hold
//! nothing but what the provider publishes.

use std::{sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{
    account_link::ForeignSubject,
    jwk::{Algorithm, ForeignKeys},
    jws::{UnverifiedJws, VerifyingKey},
    secret::Secret,
    time::UnixTime,
};
use doorward_fetch::{Call, Fetcher};
use http::{StatusCode, header::AUTHORIZATION};
use url::Url;

use crate::{
    Arrived, Begin, DiscoveryFault, Expected, FederationFault, GitHub, IdTokenFault, Kept,
    LogoutFault, LogoutToken, NotAdmitted, OpenId, Protocol, Provider, Standing, TokenFault,
    fault::{AT_DOCUMENT, AT_KEYS, AT_TOKEN, AT_USERINFO},
    github::LARGEST_PAGE,
    openid::{Answer, Claims, Client, Metadata, Told, client_form, judge_logout, read_answer},
    remembered::Remembered,
};

/// The longest ID token or logout token that is looked at.
const MAXIMUM_TOKEN: usize = 64 * 1024;
/// The largest document of a provider.
const LARGEST_DOCUMENT: usize = 256 * 1024;

/// Doorward as a client of one provider.
#[derive(Debug)]
pub struct RelyingParty {
    provider: Provider,
    fetcher: Ways,
    metadata: Remembered<Metadata>,
    keys: Remembered<ForeignKeys>,
}

/// How the provider is reached.
struct Ways {
    documents: Fetcher,
    lists: Fetcher,
}

impl std::fmt::Debug for Ways {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ways(..)")
    }
}

impl RelyingParty {
    /// Asks nobody yet.
    pub fn new(provider: Provider, fetcher: &Fetcher) -> Self {
        Self {
            provider,
            fetcher: Ways {
                documents: fetcher.taking(LARGEST_DOCUMENT),
                lists: fetcher.taking(LARGEST_PAGE),
            },
            metadata: Remembered::default(),
            keys: Remembered::default(),
        }
    }

    /// The provider.
    pub fn provider(&self) -> &Provider {
        &self.provider
    }

    /// Where the browser goes.
    pub async fn begin(&self, begin: Begin<'_>) -> Result<Url, FederationFault> {
        let digest = begin.verifier.digest();
        let challenge = URL_SAFE_NO_PAD.encode(digest.as_bytes());
        let scope = self.provider.scopes.join(" ");
        let mut pairs = vec![
            ("response_type", "code"),
            ("client_id", self.provider.client_id.as_str()),
            ("redirect_uri", begin.redirect_uri),
            ("scope", &scope),
            ("state", begin.state.expose()),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let max_age = begin.max_age.map(|age| age.as_secs().to_string());
        let mut url = match &self.provider.protocol {
            Protocol::GitHub(github) => {
                pairs.push(("allow_signup", "false"));
                github.authorization().ok_or(DiscoveryFault::NotAUrl)?
            }
            Protocol::OpenId(openid) => {
                pairs.push(("nonce", begin.nonce.expose()));
                pairs.extend(max_age.as_deref().map(|age| ("max_age", age)));
                pairs.extend(begin.login_hint.map(|hint| ("login_hint", hint)));
                let more = openid.parameters.iter();
                pairs.extend(more.map(|(name, value)| (name.as_str(), value.as_str())));
                self.metadata(openid, begin.now)
                    .await?
                    .authorization
                    .clone()
            }
        };
        url.query_pairs_mut().extend_pairs(pairs);
        Ok(url)
    }

    /// Who came back with `code`.
    pub async fn finish(
        &self,
        code: &Secret,
        expected: Expected<'_>,
    ) -> Result<Arrived, FederationFault> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", expected.redirect_uri),
            ("code_verifier", expected.verifier.expose()),
        ];
        match &self.provider.protocol {
            Protocol::GitHub(github) => self.finish_github(github, &fields).await,
            Protocol::OpenId(openid) => self.finish_openid(openid, &fields, expected).await,
        }
    }

    /// Whether somebody may still be admitted, by what was `kept` of them. Whoever is another
    /// provider by now than theirs is shown nothing of it.
    pub async fn look_again(
        &self,
        foreign: &ForeignSubject,
        kept: &Kept,
        now: UnixTime,
    ) -> Standing {
        if !self.provider.is_named(foreign.issuer()) {
            return Standing::Gone(IdTokenFault::Issuer.into());
        }
        let (told, kept) = match (&self.provider.protocol, kept) {
            (Protocol::GitHub(github), Kept::AccessToken(token)) => {
                let profile = github.profile(&self.fetcher.lists, token).await;
                (profile.map(Told::All), None)
            }
            (Protocol::OpenId(openid), Kept::RefreshToken(token)) => {
                self.refresh(openid, token, foreign, now).await
            }
            // The operator put another kind of provider in its place.
            (Protocol::GitHub(_) | Protocol::OpenId(_), _) => (Err(TokenFault::Grant.into()), None),
        };
        match told {
            Ok(Told::All(profile) | Told::Less(profile)) if profile.foreign != *foreign => {
                Standing::Gone(IdTokenFault::OtherPerson.into())
            }
            Ok(told) => self.stands(told, kept),
            Err(fault) if fault.is_the_end() => Standing::Gone(fault),
            Err(fault) => Standing::Unknown { fault, kept },
        }
    }

    /// What `told` means for somebody who was admitted before. What is not known is not lost.
    fn stands(&self, told: Told, kept: Option<Kept>) -> Standing {
        let allow = &self.provider.allow;
        let (profile, less) = match told {
            Told::All(profile) => (profile, false),
            Told::Less(profile) => (profile, true),
        };
        match allow.judge(&profile) {
            Ok(()) => Standing::Admitted {
                profile: Box::new(profile),
                kept,
            },
            Err(NotAdmitted::GroupsUnknown) => Standing::Unknown {
                fault: FederationFault::UserInfo("it did not tell all groups"),
                kept,
            },
            Err(_) if less && allow.leans_on_untold(&profile) => Standing::Unknown {
                fault: FederationFault::UserInfo("it did not tell what allow goes by"),
                kept,
            },
            Err(reason) => Standing::NotAdmitted(reason),
        }
    }

    /// Whose sessions a logout token ends.
    pub async fn logout(&self, token: &str, now: UnixTime) -> Result<LogoutToken, FederationFault> {
        let Protocol::OpenId(openid) = &self.provider.protocol else {
            return Err(LogoutFault::Issuer.into());
        };
        let types = ["logout+jwt", "jwt"];
        let (claims, _) = match self.verified(openid, (token, &types), now).await {
            Err(FederationFault::IdToken(_)) => return Err(LogoutFault::Signature.into()),
            outcome => outcome?,
        };
        let client = &self.provider.client_id;
        Ok(judge_logout(&claims, &openid.issuer, client, now)?)
    }

    /// The sign-out page of the provider, where it has one.
    pub async fn sign_out(&self, back_to: &str, now: UnixTime) -> Option<Url> {
        let Protocol::OpenId(openid) = &self.provider.protocol else {
            return None;
        };
        let metadata = self.metadata(openid, now).await.ok()?;
        let mut url = metadata.end_session.clone()?;
        url.query_pairs_mut()
            .append_pair("client_id", &self.provider.client_id)
            .append_pair("post_logout_redirect_uri", back_to);
        Some(url)
    }

    fn client(&self) -> Client<'_> {
        Client {
            id: &self.provider.client_id,
            secret: self.provider.client_secret.as_ref(),
            placement: self.provider.placement,
        }
    }

    pub(crate) async fn token(
        &self,
        url: Url,
        fields: &[(&str, &str)],
    ) -> Result<Answer, FederationFault> {
        let call = client_form(url, self.client(), fields);
        let reply = self.fetcher.documents.call(call).await;
        let reply = reply.map_err(|cause| FederationFault::Fetch {
            at: AT_TOKEN,
            cause,
        })?;
        Ok(read_answer(&reply)?)
    }

    async fn finish_github(
        &self,
        github: &GitHub,
        fields: &[(&str, &str)],
    ) -> Result<Arrived, FederationFault> {
        let url = github.token().ok_or(DiscoveryFault::NotAUrl)?;
        let answer = self.token(url, fields).await?;
        let token = answer.access_token;
        Ok(Arrived {
            profile: github.profile(&self.fetcher.lists, &token).await?,
            kept: Some(Kept::AccessToken(token)),
            session: None,
            signed_in_at: None,
        })
    }

    /// What the UserInfo endpoint tells.
    pub(crate) async fn told(
        &self,
        metadata: &Metadata,
        token: &Secret,
    ) -> Result<Claims, FederationFault> {
        let url = metadata.userinfo.clone();
        let url = url.ok_or(FederationFault::UserInfo("it has no such endpoint"))?;
        let call = Call::get(url).header(AUTHORIZATION, &format!("Bearer {}", token.expose()));
        let reply = self.fetcher.documents.call(call).await;
        let reply = reply.map_err(|cause| FederationFault::Fetch {
            at: AT_USERINFO,
            cause,
        })?;
        if reply.status != StatusCode::OK {
            return Err(FederationFault::UserInfo("it refused or failed"));
        }
        let told = reply.json.as_deref().and_then(Claims::read);
        told.ok_or(FederationFault::UserInfo("its answer is not a JSON object"))
    }

    pub(crate) async fn metadata(
        &self,
        openid: &OpenId,
        now: UnixTime,
    ) -> Result<Arc<Metadata>, FederationFault> {
        let ask = async {
            let url = Url::parse(&openid.issuer.document()).map_err(|_| DiscoveryFault::NotAUrl)?;
            let document = self.fetcher.documents.json(&url).await;
            let document = document.map_err(|cause| FederationFault::Fetch {
                at: AT_DOCUMENT,
                cause,
            })?;
            let metadata = Metadata::read(&document.bytes, &openid.issuer)?;
            Ok((metadata, document.max_age))
        };
        self.metadata.obtain(now, |_| true, ask).await
    }

    /// The claims of a token of one of these types that a key of the provider signed.
    pub(crate) async fn verified(
        &self,
        openid: &OpenId,
        (token, types): (&str, &[&str]),
        now: UnixTime,
    ) -> Result<(Claims, Algorithm), FederationFault> {
        let jws =
            UnverifiedJws::parse(token, MAXIMUM_TOKEN).map_err(|_| IdTokenFault::NotSigned)?;
        if jws.has_type() && !types.iter().any(|known| jws.is_type(known)) {
            return Err(IdTokenFault::Type.into()); // TK-10
        }
        let metadata = self.metadata(openid, now).await?;
        let (kid, algorithm) = (jws.kid(), jws.algorithm());
        let has = |keys: &ForeignKeys| keys.matching(kid, algorithm).next().is_some();
        let keys = self.keys.obtain(now, has, self.ask_keys(&metadata)).await?;
        let mut matching = keys
            .matching(kid, algorithm)
            .filter_map(VerifyingKey::parse);
        let payload = matching.find_map(|key| jws.verified_by(&key));
        let payload = payload.ok_or(IdTokenFault::Signature)?;
        let claims = Claims::read(payload).ok_or(IdTokenFault::NotSigned)?;
        Ok((claims, algorithm))
    }

    async fn ask_keys(
        &self,
        metadata: &Metadata,
    ) -> Result<(ForeignKeys, Option<Duration>), FederationFault> {
        let document = self.fetcher.documents.json(&metadata.keys).await;
        let document = document.map_err(|cause| FederationFault::Fetch { at: AT_KEYS, cause })?;
        let keys = ForeignKeys::read(&document.bytes);
        let keys = keys.ok_or(DiscoveryFault::Endpoint("jwks_uri"))?;
        Ok((keys, document.max_age))
    }
}
