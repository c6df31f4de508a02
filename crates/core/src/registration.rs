//! Dynamic client registration (RFC 7591): what of a document is accepted.
//!
//! A registration is a request, not a demand. What cannot be granted is trimmed
//! and the answer shows what was stored; unknown members are ignored; only what
//! leaves nothing usable is refused (A-060..A-065, interop 1, 4, 8, 10, 11).

use serde_json::{Map, Value};

use crate::{
    client::{GrantType, GrantTypes, SecretPlacement, display_name},
    redirect::RegisteredRedirect,
};

/// The most redirect URIs of one client (RG-08).
const MAXIMUM_REDIRECTS: usize = 10;

/// What a registration asks for, after trimming.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The name to show, already harmless.
    pub name: String,
    /// The acceptable redirect URIs; at least one.
    pub redirects: Vec<RegisteredRedirect>,
    /// `None` for a public client, else where it will send its secret.
    pub confidential: Option<SecretPlacement>,
    /// What it may ask the token endpoint for.
    pub grants: GrantTypes,
}

/// Why a registration was refused (RFC 7591 section 3.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    /// `invalid_redirect_uri`.
    #[error(
        "no acceptable redirect_uris: they must be https, http on loopback, or a private-use scheme with a dot"
    )]
    Redirects,
    /// `invalid_redirect_uri`.
    #[error("redirect_uris has more than 10 entries")]
    TooManyRedirects,
    /// `invalid_client_metadata`.
    #[error("{0} has the wrong type")]
    WrongType(&'static str),
    /// `invalid_client_metadata`.
    #[error("token_endpoint_auth_method must be none, client_secret_basic or client_secret_post")]
    AuthenticationMethod,
    /// `invalid_client_metadata`.
    #[error("grant_types must include authorization_code")]
    GrantTypes,
    /// `invalid_client_metadata`.
    #[error("response_types must include code")]
    ResponseTypes,
    /// `invalid_client_metadata`.
    #[error("client_name is reserved")]
    ReservedName,
}

impl RegistrationError {
    /// The `error` code on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::Redirects | Self::TooManyRedirects => "invalid_redirect_uri",
            Self::WrongType(_)
            | Self::AuthenticationMethod
            | Self::GrantTypes
            | Self::ResponseTypes
            | Self::ReservedName => "invalid_client_metadata",
        }
    }
}

impl Registration {
    /// Reads a client metadata document.
    pub fn read(document: &Map<String, Value>) -> Result<Self, RegistrationError> {
        let grants = strings(document, "grant_types")?;
        if grants
            .as_ref()
            .is_some_and(|types| !types.contains(&"authorization_code"))
        {
            return Err(RegistrationError::GrantTypes);
        }
        if strings(document, "response_types")?.is_some_and(|types| !types.contains(&"code")) {
            return Err(RegistrationError::ResponseTypes);
        }
        Ok(Self {
            name: name(document)?,
            redirects: redirects(document)?,
            confidential: authentication(document)?,
            grants: offered(grants.as_deref()),
        })
    }

    /// `native` when every redirect is loopback or private-use, else `web`.
    pub fn application_type(&self) -> &'static str {
        application_type(&self.redirects)
    }

    /// The same text for the same registration: what an idempotent identifier is derived from.
    pub fn fingerprint(&self) -> String {
        let uris: Vec<&str> = self
            .redirects
            .iter()
            .map(RegisteredRedirect::as_str)
            .collect();
        Value::from(vec![
            Value::from(self.name.as_str()),
            Value::from(uris),
            Value::from(self.grants.to_string()),
        ])
        .to_string()
    }
}

/// `native` when every redirect is loopback or private-use, else `web`.
pub fn application_type(redirects: &[RegisteredRedirect]) -> &'static str {
    let native = redirects
        .iter()
        .all(|redirect| !redirect.as_str().starts_with("https:"));
    if native { "native" } else { "web" }
}

/// The grant types that a client can register for by itself, of those that it named: all of
/// them when it named none (interop 34), and never one that it did not name.
fn offered(named: Option<&[&str]>) -> GrantTypes {
    let wanted = |grant: &GrantType| named.is_none_or(|named| named.contains(&grant.as_str()));
    GrantTypes::interactive().iter().filter(wanted).collect()
}

fn name(document: &Map<String, Value>) -> Result<String, RegistrationError> {
    let raw = match document.get("client_name") {
        None | Some(Value::Null) => "",
        Some(Value::String(text)) => text.as_str(),
        Some(_) => return Err(RegistrationError::WrongType("client_name")),
    };
    let name = display_name(raw);
    if name.to_lowercase().contains("doorward") {
        return Err(RegistrationError::ReservedName); // CO-06
    }
    Ok(if name.is_empty() {
        "Unnamed client".to_owned()
    } else {
        name
    })
}

fn redirects(document: &Map<String, Value>) -> Result<Vec<RegisteredRedirect>, RegistrationError> {
    let uris = strings(document, "redirect_uris")?.ok_or(RegistrationError::Redirects)?;
    if uris.len() > MAXIMUM_REDIRECTS {
        return Err(RegistrationError::TooManyRedirects);
    }
    let accepted: Vec<_> = uris
        .into_iter()
        .filter_map(|uri| RegisteredRedirect::parse(uri).ok())
        .collect();
    if accepted.is_empty() {
        return Err(RegistrationError::Redirects);
    }
    Ok(accepted)
}

fn authentication(
    document: &Map<String, Value>,
) -> Result<Option<SecretPlacement>, RegistrationError> {
    match document.get("token_endpoint_auth_method") {
        None | Some(Value::Null) => Ok(Some(SecretPlacement::Either)),
        Some(Value::String(method)) => match method.as_str() {
            "none" => Ok(None),
            "client_secret_basic" => Ok(Some(SecretPlacement::Header)),
            "client_secret_post" => Ok(Some(SecretPlacement::Body)),
            _ => Err(RegistrationError::AuthenticationMethod),
        },
        Some(_) => Err(RegistrationError::WrongType("token_endpoint_auth_method")),
    }
}

fn strings<'a>(
    document: &'a Map<String, Value>,
    member: &'static str,
) -> Result<Option<Vec<&'a str>>, RegistrationError> {
    let wrong = || RegistrationError::WrongType(member);
    match document.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().ok_or_else(wrong))
            .collect::<Result<_, _>>()
            .map(Some),
        Some(_) => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(document: &Value) -> Result<Registration, RegistrationError> {
        Registration::read(document.as_object().expect("an object"))
    }

    #[test]
    fn registrations_are_trimmed_and_only_useless_ones_refused() {
        const CB: &str = "http://localhost/cb";
        use RegistrationError as E;
        #[rustfmt::skip]
        let cases = [
            ("minimal, A-062",            json!({"redirect_uris": [CB]}), Ok(())),
            ("unknown member, interop 1", json!({"redirect_uris": [CB], "resource": "x", "trusted": true}), Ok(())),
            ("extra grant, interop 4",    json!({"redirect_uris": [CB], "grant_types": ["authorization_code", "urn:ietf:params:oauth:grant-type:jwt-bearer"]}), Ok(())),
            ("web with cursor, interop 10", json!({"redirect_uris": ["cursor://anysphere.cursor-mcp/oauth/callback"], "application_type": "web"}), Ok(())),
            ("one bad, interop 11",       json!({"redirect_uris": ["evil:x", CB]}), Ok(())),
            ("none good, RG-09",          json!({"redirect_uris": ["javascript:alert(1)"]}), Err(E::Redirects)),
            ("none",                      json!({"redirect_uris": []}), Err(E::Redirects)),
            ("missing",                   json!({}), Err(E::Redirects)),
            ("not a list",                json!({"redirect_uris": CB}), Err(E::WrongType("redirect_uris"))),
            ("eleven, RG-08",             json!({"redirect_uris": vec![CB; 11]}), Err(E::TooManyRedirects)),
            ("other grants only, RG-09",  json!({"redirect_uris": [CB], "grant_types": ["client_credentials"]}), Err(E::GrantTypes)),
            ("implicit",                  json!({"redirect_uris": [CB], "response_types": ["token"]}), Err(E::ResponseTypes)),
            ("unknown method",            json!({"redirect_uris": [CB], "token_endpoint_auth_method": "magic"}), Err(E::AuthenticationMethod)),
            ("name of ours, CO-06",       json!({"redirect_uris": [CB], "client_name": "Door\u{200b}ward Admin"}), Err(E::ReservedName)),
            ("name not text",             json!({"redirect_uris": [CB], "client_name": 5}), Err(E::WrongType("client_name"))),
        ];
        for (name, document, expected) in cases {
            assert_eq!(read(&document).map(drop), expected, "{name}");
        }
    }

    #[test]
    fn what_is_left_out_gets_the_default() {
        let plain = read(&json!({"redirect_uris": ["http://127.0.0.1/cb"]})).expect("accepted");
        assert_eq!(plain.confidential, Some(SecretPlacement::Either)); // A-062, interop 13
        assert_eq!(plain.grants, GrantTypes::interactive()); // interop 34
        assert_eq!(plain.application_type(), "native");
        let once = read(
            &json!({"redirect_uris": ["https://c.example/cb"], "grant_types": ["authorization_code"]}),
        );
        let once = once.expect("accepted");
        assert!(!once.grants.contains(GrantType::RefreshToken));
        assert_eq!(once.application_type(), "web");
    }

    #[test]
    fn equal_registrations_have_equal_fingerprints() {
        let a = json!({"client_name": "A", "redirect_uris": ["http://localhost/cb"], "software_version": "1"});
        let b = json!({"client_name": "A", "redirect_uris": ["http://localhost/cb"], "software_version": "2"});
        let c = json!({"client_name": "A", "redirect_uris": ["http://localhost/cc"]});
        let print = |document| read(document).expect("accepted").fingerprint();
        assert_eq!(print(&a), print(&b)); // interop 16
        assert_ne!(print(&a), print(&c));
    }
}
