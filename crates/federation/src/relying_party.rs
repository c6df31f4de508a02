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
    DiscoveryFault, FederationFault, GitHub, IdTokenFault, Kept, LogoutFault, LogoutToken,
    NotAdmitted, OpenId, Profile, Protocol, Provider, TokenFault,
    fault::{AT_DOCUMENT, AT_KEYS, AT_TOKEN, AT_USERINFO},
    github::LARGEST_PAGE,
    openid::{
        Answer, Claims, Client, ExpectedToken, Metadata, client_form, judge, judge_logout,
        read_answer,
    },
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

/// A sign-in that begins.
#[derive(Clone, Copy, Debug)]
pub struct Begin<'a> {
    /// Where the browser shall come back to.
    pub redirect_uri: &'a str,
    /// What it brings back.
    pub state: &'a Secret,
    /// What the ID token repeats.
    pub nonce: &'a Secret,
    /// What only we can show with the code (RFC 7636): 43 to 128 unreserved characters.
    pub verifier: &'a Secret,
    /// Whom the client thinks of.
    pub login_hint: Option<&'a str>,
    /// How recent the sign-in over there must be.
    pub max_age: Option<Duration>,
    /// The time.
    pub now: UnixTime,
}

/// What a sign-in began with, when the browser is back.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// As it began.
    pub redirect_uri: &'a str,
    /// As it began.
    pub nonce: &'a Secret,
    /// As it began.
    pub verifier: &'a Secret,
    /// As it began.
    pub max_age: Option<Duration>,
    /// Who sent the browser back by its own word (RFC 9207).
    pub iss: Option<&'a str>,
    /// The time.
    pub now: UnixTime,
}

/// Somebody came.
#[derive(Debug)]
pub struct Arrived {
    /// Who it is.
    pub profile: Profile,
    /// What the provider can be asked again with.
    pub kept: Option<Kept>,
    /// What the provider calls its session (`sid`).
    pub session: Option<String>,
}

/// How things stand with somebody who came before.
#[derive(Debug)]
pub enum Standing {
    /// They are still admitted.
    Admitted {
        /// What is said of them now.
        profile: Box<Profile>,
        /// What to ask with next time, when it changed.
        kept: Option<Kept>,
    },
    /// The provider says that they have no access any more.
    Gone(FederationFault),
    /// They are not among those any more who are admitted.
    NotAdmitted(NotAdmitted),
    /// The provider does not say.
    Unknown(FederationFault),
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

    /// Whether somebody may still be admitted, by what was `kept` of them.
    pub async fn look_again(
        &self,
        foreign: &ForeignSubject,
        kept: &Kept,
        now: UnixTime,
    ) -> Standing {
        let asked = match (&self.provider.protocol, kept) {
            (Protocol::GitHub(github), Kept::AccessToken(token)) => {
                let profile = github.profile(&self.fetcher.lists, token).await;
                profile.map(|profile| (profile, None))
            }
            (Protocol::OpenId(openid), Kept::RefreshToken(token)) => {
                self.refresh(openid, token, foreign, now).await
            }
            // The operator put another kind of provider in its place.
            (Protocol::GitHub(_) | Protocol::OpenId(_), _) => Err(TokenFault::Grant.into()),
        };
        let same = asked.and_then(|(profile, kept)| {
            let same = profile.foreign == *foreign;
            same.then_some((profile, kept))
                .ok_or(IdTokenFault::OtherPerson.into())
        });
        match same {
            Ok((profile, kept)) => match self.provider.allow.judge(&profile) {
                Ok(()) => Standing::Admitted {
                    profile: Box::new(profile),
                    kept,
                },
                Err(NotAdmitted::GroupsUnknown) => {
                    Standing::Unknown(FederationFault::UserInfo("it did not tell all groups"))
                }
                Err(reason) => Standing::NotAdmitted(reason),
            },
            Err(fault) if fault.is_the_end() => Standing::Gone(fault),
            Err(fault) => Standing::Unknown(fault),
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

    async fn token(&self, url: Url, fields: &[(&str, &str)]) -> Result<Answer, FederationFault> {
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
        })
    }

    async fn finish_openid(
        &self,
        openid: &OpenId,
        fields: &[(&str, &str)],
        expected: Expected<'_>,
    ) -> Result<Arrived, FederationFault> {
        let metadata = self.metadata(openid, expected.now).await?;
        check_sender(openid, &metadata, expected.iss)?;
        let answer = self.token(metadata.token.clone(), fields).await?;
        let token = answer.id_token.as_ref().ok_or(TokenFault::NoIdToken)?;
        let (claims, algorithm) = self
            .verified(openid, (token.expose(), &["jwt"]), expected.now)
            .await?;
        let held_against = ExpectedToken {
            issuer: &openid.issuer,
            client: &self.provider.client_id,
            nonce: Some(expected.nonce),
            algorithm,
            access_token: Some(&answer.access_token),
            max_age: expected.max_age,
            now: expected.now,
        };
        judge(&claims, &held_against)?;
        let session = claims.text("sid").map(str::to_owned);
        Ok(Arrived {
            profile: self.profile(openid, claims, &metadata, &answer).await?,
            kept: answer.refresh_token.map(Kept::RefreshToken),
            session,
        })
    }

    /// A provider need not give a new ID token with a refresh (Core section 12.2): then its
    /// UserInfo endpoint says who it is about.
    async fn refresh(
        &self,
        openid: &OpenId,
        token: &Secret,
        foreign: &ForeignSubject,
        now: UnixTime,
    ) -> Result<(Profile, Option<Kept>), FederationFault> {
        let metadata = self.metadata(openid, now).await?;
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token.expose()),
        ];
        let answer = self.token(metadata.token.clone(), &fields).await?;
        let profile = match &answer.id_token {
            Some(token) => {
                let (claims, algorithm) = self
                    .verified(openid, (token.expose(), &["jwt"]), now)
                    .await?;
                let expected = ExpectedToken {
                    issuer: &openid.issuer,
                    client: &self.provider.client_id,
                    nonce: None,
                    algorithm,
                    access_token: Some(&answer.access_token),
                    max_age: None,
                    now,
                };
                judge(&claims, &expected)?;
                self.profile(openid, claims, &metadata, &answer).await?
            }
            None => {
                let told = self.told(&metadata, &answer.access_token).await?;
                let about = told.text("sub") == Some(foreign.subject());
                about.then_some(()).ok_or(IdTokenFault::OtherPerson)?;
                told.profile(openid, foreign.clone(), None)
            }
        };
        Ok((profile, answer.refresh_token.map(Kept::RefreshToken)))
    }

    async fn profile(
        &self,
        openid: &OpenId,
        mut claims: Claims,
        metadata: &Metadata,
        answer: &Answer,
    ) -> Result<Profile, FederationFault> {
        let (iss, sub) = (claims.text("iss"), claims.text("sub"));
        let foreign = ForeignSubject::claimed(iss.unwrap_or_default(), sub.unwrap_or_default());
        let domain = claims.text("hd").filter(|_| openid.hosted_domain);
        // At Google an address says nothing about who somebody works for (LG-05).
        let domain = domain.map(str::to_owned);
        let domain = domain.or_else(|| openid.hosted_domain.then(String::new));
        if openid.userinfo {
            let told = self.told(metadata, &answer.access_token).await?;
            if told.text("sub") != Some(foreign.subject()) {
                return Err(IdTokenFault::OtherPerson.into()); // Core section 5.3.2
            }
            claims.fill(told, &openid.mail_claim);
        }
        Ok(claims.profile(openid, foreign, domain))
    }

    /// What the UserInfo endpoint tells.
    async fn told(&self, metadata: &Metadata, token: &Secret) -> Result<Claims, FederationFault> {
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

    async fn metadata(
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
    async fn verified(
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

/// A provider that promises to say who it is does; and whoever says so is the one (RFC 9207).
fn check_sender(
    openid: &OpenId,
    metadata: &Metadata,
    iss: Option<&str>,
) -> Result<(), FederationFault> {
    match iss {
        Some(iss) if openid.issuer.is_named(iss) => Ok(()),
        None if !metadata.names_itself => Ok(()),
        Some(_) | None => Err(FederationFault::OtherIssuer),
    }
}
