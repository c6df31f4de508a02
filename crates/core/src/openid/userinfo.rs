//! The UserInfo endpoint (OpenID Connect Core section 5.3): who may ask, and what is told.

use serde::Serialize;

use crate::{
    access::AccessClaims,
    id::UserId,
    resource::Resource,
    scope::{OPENID, PROFILE, ScopeSet},
    time::UnixTime,
    user::User,
};

/// The UserInfo endpoint of `issuer`: the audience of the tokens that are taken there, and
/// of no others (RFC 8707, R-021).
pub fn userinfo_of(issuer: &str) -> Resource {
    Resource::from_known(format!("{issuer}/userinfo"))
}

/// An access token at the UserInfo endpoint, whose signature is ours.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// What it says.
    pub claims: &'a AccessClaims,
    /// The issuer identifier.
    pub issuer: &'a str,
    /// Now.
    pub now: UnixTime,
}

/// Why nothing is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UserInfoFault {
    /// Expired, for a server, or not about a person: 401 `invalid_token`.
    #[error("the access token is expired, revoked or not for this endpoint")]
    Invalid,
    /// The token does not open it: 403 `insufficient_scope`.
    #[error("the access token was not granted openid")]
    Scope,
}

/// What a client is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UserInfo {
    /// The person: the same as in the ID token.
    pub sub: UserId,
    /// The sign-in name, where the person let the client have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_username: Option<String>,
}

impl<'a> Asking<'a> {
    /// About whom it may ask. Whether it was revoked is for who can look.
    pub fn person(&self) -> Result<&'a UserId, UserInfoFault> {
        let claims = self.claims;
        let here = claims.iss == self.issuer && claims.aud == userinfo_of(self.issuer);
        let person = claims
            .sub
            .user()
            .filter(|_| here && self.now.seconds() < claims.exp);
        let person = person.ok_or(UserInfoFault::Invalid)?;
        match self.scopes().covers(OPENID) {
            true => Ok(person),
            false => Err(UserInfoFault::Scope),
        }
    }

    /// What it learns about `user`, who is the person.
    pub fn learns(&self, user: &User) -> UserInfo {
        let profile = self.scopes().covers(PROFILE);
        UserInfo {
            sub: user.id.clone(),
            preferred_username: profile.then(|| user.name.to_string()),
        }
    }

    fn scopes(&self) -> ScopeSet {
        ScopeSet::from_stored(&self.claims.scope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::{ClientId, GrantId, TokenId},
        subject::Subject,
    };

    const ISSUER: &str = "https://mcp.example";

    fn claims() -> AccessClaims {
        AccessClaims {
            iss: ISSUER.to_owned(),
            sub: Subject::User(UserId::from_known("u")),
            aud: userinfo_of(ISSUER),
            client_id: ClientId::from_known("c"),
            scope: "openid".to_owned(),
            iat: 0,
            exp: 600,
            jti: TokenId::from_known("t"),
            auth_time: Some(0),
            amr: Vec::new(),
            acr: None,
            grant: GrantId::from_known("g"),
            authorization_details: None,
            preferred_username: Some("alice".to_owned()),
            groups: Vec::new(),
            act: None,
            may_act: None,
            cnf: None,
        }
    }

    #[test]
    fn only_a_token_for_this_endpoint_with_openid_asks_about_its_person() {
        use UserInfoFault::{Invalid, Scope};
        type Change = fn(&mut AccessClaims);
        #[rustfmt::skip]
        let cases: [(&str, i64, Change, Result<&str, UserInfoFault>); 9] = [
            ("good",                 599, |_| {},                                          Ok("u")),
            ("expired",              600, |_| {},                                          Err(Invalid)),
            ("of a server, R-021",   0,   |it| it.aud = Resource::from_known("https://mcp.example/mcp/files"), Err(Invalid)),
            ("of a server, openid",  0,   |it| { it.aud = Resource::from_known("https://mcp.example/mcp/files"); it.scope = "mcp:read openid".to_owned(); }, Err(Invalid)),
            ("for the issuer",       0,   |it| it.aud = Resource::from_known(ISSUER),       Err(Invalid)),
            ("elsewhere, MD-01",     0,   |it| it.iss = "https://other.example".to_owned(), Err(Invalid)),
            ("of a client, A-058",   0,   |it| it.sub = Subject::Client(ClientId::from_known("c")), Err(Invalid)),
            ("without openid",       0,   |it| it.scope = "profile".to_owned(),             Err(Scope)),
            ("for servers only",     0,   |it| it.scope = "mcp:read mcp:write".to_owned(),  Err(Scope)),
        ];
        for (name, seconds, change, expected) in cases {
            let mut claims = claims();
            change(&mut claims);
            let asking = Asking {
                claims: &claims,
                issuer: ISSUER,
                now: UnixTime::from_seconds(seconds),
            };
            assert_eq!(asking.person().map(UserId::as_str), expected, "{name}");
        }
    }
}
