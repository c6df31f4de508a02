//! The members of client metadata (RFC 7591 section 2), read one by one.
//!
//! Whatever is not named here is not looked at: unknown members are ignored.

use serde_json::{Map, Value};

use super::RegistrationError;
use crate::{
    certificate::ExpectedSubject,
    client::{
        CertificateSet, ClientKeys, GrantType, GrantTypes, OwnCertificates, PrivateKey,
        RequestRules, Software, display_name, is_reserved, read_key_set,
    },
    jwk::Algorithm,
    redirect::RegisteredRedirect,
};

/// The most redirect URIs of one client (RG-08).
const MAXIMUM_REDIRECTS: usize = 10;
/// The longest descriptive text that is kept.
const MAXIMUM_TEXT: usize = 512;
/// What assertions may be signed with when the client does not say.
pub(super) const ALGORITHMS: [Algorithm; 3] =
    [Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256];

type Members = Map<String, Value>;

/// The name to show; `None` when it says none.
pub(super) fn name(members: &Members) -> Result<Option<String>, RegistrationError> {
    let name = display_name(text(members, "client_name")?.unwrap_or_default());
    if is_reserved(&name) {
        return Err(RegistrationError::ReservedName); // CO-06
    }
    Ok(Some(name).filter(|name| !name.is_empty()))
}

/// The acceptable redirect URIs; at least one.
pub(super) fn redirects(members: &Members) -> Result<Vec<RegisteredRedirect>, RegistrationError> {
    let uris = strings(members, "redirect_uris")?.ok_or(RegistrationError::Redirects)?;
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

/// The grant types that a client can ask for by itself, of those that it named: all of them
/// when it named none (interop 34), and never one that it did not name. What it may
/// not have is left out without a word (interop 4).
pub(super) fn grants(members: &Members) -> Result<GrantTypes, RegistrationError> {
    let named = strings(members, "grant_types")?;
    if named
        .as_ref()
        .is_some_and(|types| !types.contains(&"authorization_code"))
    {
        return Err(RegistrationError::GrantTypes);
    }
    if strings(members, "response_types")?.is_some_and(|types| !types.contains(&"code")) {
        return Err(RegistrationError::ResponseTypes);
    }
    let wanted = |grant: &GrantType| {
        let named = named.as_ref();
        named.is_none_or(|named| named.contains(&grant.as_str()))
    };
    Ok(GrantTypes::interactive().iter().filter(wanted).collect())
}

/// What it says of itself, cut to what can be shown.
pub(super) fn software(members: &Members) -> Result<Software, RegistrationError> {
    let kept = |member| -> Result<Option<String>, RegistrationError> {
        let text = text(members, member)?.filter(|text| text.len() <= MAXIMUM_TEXT);
        Ok(text.map(display_text).filter(|text| !text.is_empty()))
    };
    Ok(Software {
        id: kept("software_id")?,
        version: kept("software_version")?,
        client_uri: kept("client_uri")?,
        logo_uri: kept("logo_uri")?,
        policy_uri: kept("policy_uri")?,
        tos_uri: kept("tos_uri")?,
        vouched_by: None,
    })
}

/// Its public keys, and what it signs assertions with.
pub(super) fn private_key(members: &Members) -> Result<Option<PrivateKey>, RegistrationError> {
    let Some(keys) = keys(members)? else {
        return Ok(None);
    };
    Ok(Some(PrivateKey {
        keys,
        algorithms: algorithms(members)?,
    }))
}

/// Its own certificates, from the same members (RFC 8705 section 2.2.2).
pub(super) fn own_certificates(
    members: &Members,
) -> Result<Option<OwnCertificates>, RegistrationError> {
    Ok(match key_set(members)? {
        None => None,
        Some(KeySet::Here(set)) => Some(OwnCertificates::Inline(CertificateSet::read(set)?)),
        Some(KeySet::At(address)) => Some(OwnCertificates::At(address)),
    })
}

/// The one name that its certificate must have (RFC 8705 section 2.1.2).
pub(super) fn expected_subject(members: &Members) -> Result<ExpectedSubject, RegistrationError> {
    let mut named = Vec::new();
    for member in ExpectedSubject::MEMBERS {
        named.extend(text(members, member)?.map(|text| (member, text)));
    }
    match named.as_slice() {
        [(member, text)] => Ok(ExpectedSubject::read(member, text)?),
        _ => Err(RegistrationError::CertificateSubject),
    }
}

/// Its public keys, from `jwks` or `jwks_uri` but not both (RFC 7591 section 2).
pub(super) fn keys(members: &Members) -> Result<Option<ClientKeys>, RegistrationError> {
    Ok(match key_set(members)? {
        None => None,
        Some(KeySet::Here(set)) => Some(ClientKeys::Inline(read_key_set(set)?)),
        Some(KeySet::At(address)) => Some(ClientKeys::At(address)),
    })
}

enum KeySet<'a> {
    Here(&'a Value),
    At(String),
}

fn key_set(members: &Members) -> Result<Option<KeySet<'_>>, RegistrationError> {
    let present = |member| members.get(member).filter(|value| !value.is_null());
    match (present("jwks"), present("jwks_uri")) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(RegistrationError::KeysTwice),
        (Some(set), None) => Ok(Some(KeySet::Here(set))),
        (None, Some(_)) => {
            let uri = text(members, "jwks_uri")?.unwrap_or_default();
            match ClientKeys::at(uri) {
                Some(ClientKeys::At(address)) => Ok(Some(KeySet::At(address))),
                Some(ClientKeys::Inline(_)) | None => Err(RegistrationError::KeysAddress),
            }
        }
    }
}

fn algorithms(members: &Members) -> Result<Vec<Algorithm>, RegistrationError> {
    let Some(name) = text(members, "token_endpoint_auth_signing_alg")? else {
        return Ok(ALGORITHMS.to_vec());
    };
    let named = serde_json::from_value(Value::from(name));
    named
        .map(|algorithm| vec![algorithm])
        .map_err(|_| RegistrationError::SigningAlgorithm)
}

/// The value of `dpop_bound_access_tokens` (RFC 9449 section 5.2).
pub(super) fn dpop_bound(members: &Members) -> Result<bool, RegistrationError> {
    flag(members, "dpop_bound_access_tokens")
}

/// The value of `tls_client_certificate_bound_access_tokens` (RFC 8705 section 3.4).
pub(super) fn certificate_bound(members: &Members) -> Result<bool, RegistrationError> {
    flag(members, "tls_client_certificate_bound_access_tokens")
}

/// What its authorization requests have to be (RFC 9126 section 6, RFC 9101 section 10.5).
pub(super) fn requests(members: &Members) -> Result<RequestRules, RegistrationError> {
    Ok(RequestRules {
        pushed: flag(members, "require_pushed_authorization_requests")?,
        signed: flag(members, "require_signed_request_object")?,
    })
}

fn flag(members: &Members, member: &'static str) -> Result<bool, RegistrationError> {
    match members.get(member) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(set)) => Ok(*set),
        Some(_) => Err(RegistrationError::WrongType(member)),
    }
}

/// A member that is a text, if it is there.
pub(super) fn text<'a>(
    members: &'a Members,
    member: &'static str,
) -> Result<Option<&'a str>, RegistrationError> {
    match members.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(RegistrationError::WrongType(member)),
    }
}

/// A member that is a list of texts, if it is there.
pub(super) fn strings<'a>(
    members: &'a Members,
    member: &'static str,
) -> Result<Option<Vec<&'a str>>, RegistrationError> {
    let wrong = || RegistrationError::WrongType(member);
    match members.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().ok_or_else(wrong))
            .collect::<Result<_, _>>()
            .map(Some),
        Some(_) => Err(wrong()),
    }
}

/// Text without characters that hide or move other text.
fn display_text(raw: &str) -> String {
    raw.chars()
        .filter(|c| c.is_ascii_graphic() || *c == ' ')
        .collect()
}
