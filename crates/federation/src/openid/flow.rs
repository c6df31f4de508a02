//! A code or a refresh token becomes a profile, with every check made.

use doorward_core::{account_link::ForeignSubject, secret::Secret, time::UnixTime};

use super::{Answer, Claims, ExpectedToken, Metadata, OpenId, TokenFault, judge};
use crate::{Arrived, Expected, FederationFault, IdTokenFault, Kept, Profile, RelyingParty};

/// What was said of somebody who came before.
pub(crate) enum Told {
    /// Everything that is said at a sign-in.
    All(Profile),
    /// Perhaps less: what is missing is not known.
    Less(Profile),
}

impl RelyingParty {
    pub(crate) async fn finish_openid(
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
            client: &self.provider().client_id,
            nonce: Some(expected.nonce),
            algorithm,
            access_token: Some(&answer.access_token),
            max_age: expected.max_age,
            now: expected.now,
        };
        judge(&claims, &held_against)?;
        let session = claims.text("sid").map(str::to_owned);
        let signed_in_at = claims.time("auth_time");
        Ok(Arrived {
            profile: self.profile(openid, claims, &metadata, &answer).await?,
            kept: answer.refresh_token.map(Kept::RefreshToken),
            session,
            signed_in_at,
        })
    }

    /// Asks with a refresh token. What comes of it is told apart from the token to ask with next
    /// time: whatever is wrong with the rest, the old one may be spent by now.
    pub(crate) async fn refresh(
        &self,
        openid: &OpenId,
        token: &Secret,
        foreign: &ForeignSubject,
        now: UnixTime,
    ) -> (Result<Told, FederationFault>, Option<Kept>) {
        let asked = async {
            let metadata = self.metadata(openid, now).await?;
            let fields = [
                ("grant_type", "refresh_token"),
                ("refresh_token", token.expose()),
            ];
            let answer = self.token(metadata.token.clone(), &fields).await?;
            Ok::<_, FederationFault>((metadata, answer))
        };
        match asked.await {
            Ok((metadata, answer)) => {
                let kept = answer.refresh_token.clone().map(Kept::RefreshToken);
                let told = self.told_again(openid, (&metadata, &answer), (foreign, now));
                (told.await, kept)
            }
            Err(fault) => (Err(fault), None),
        }
    }

    /// A provider need not give a new ID token with a refresh (Core section 12.2): then its
    /// UserInfo endpoint says who it is about, and may tell less.
    async fn told_again(
        &self,
        openid: &OpenId,
        (metadata, answer): (&Metadata, &Answer),
        (foreign, now): (&ForeignSubject, UnixTime),
    ) -> Result<Told, FederationFault> {
        match &answer.id_token {
            Some(token) => {
                let (claims, algorithm) = self
                    .verified(openid, (token.expose(), &["jwt"]), now)
                    .await?;
                let expected = ExpectedToken {
                    issuer: &openid.issuer,
                    client: &self.provider().client_id,
                    nonce: None,
                    algorithm,
                    access_token: Some(&answer.access_token),
                    max_age: None,
                    now,
                };
                judge(&claims, &expected)?;
                let profile = self.profile(openid, claims, metadata, answer).await?;
                Ok(Told::All(profile))
            }
            None => {
                let told = self.told(metadata, &answer.access_token).await?;
                let about = told.text("sub") == Some(foreign.subject());
                about.then_some(()).ok_or(IdTokenFault::OtherPerson)?;
                // At Google an address says nothing about who somebody works for (LG-05).
                let domain = openid.hosted_domain.then(String::new);
                Ok(Told::Less(told.profile(openid, foreign.clone(), domain)))
            }
        }
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
