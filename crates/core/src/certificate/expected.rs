//! Whom the certificate of a client must name (RFC 8705 section 2.1.2).

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Certificate, DistinguishedName, DistinguishedNameError};

/// The longest name that is looked at.
const MAXIMUM: usize = 512;

/// The one name that a client registered, by the member that it is registered with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExpectedSubject {
    /// The subject itself.
    #[serde(rename = "tls_client_auth_subject_dn")]
    Subject(DistinguishedName),
    /// A DNS name, in lower case; never a pattern.
    #[serde(rename = "tls_client_auth_san_dns")]
    Dns(String),
    /// A URI, compared byte for byte.
    #[serde(rename = "tls_client_auth_san_uri")]
    Uri(String),
    /// An address, compared by its octets.
    #[serde(rename = "tls_client_auth_san_ip")]
    Ip(IpAddr),
    /// A mail address.
    #[serde(rename = "tls_client_auth_san_email")]
    Email(String),
}

/// Why a name cannot be compared with those in certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpectedError {
    /// Not a distinguished name.
    #[error("tls_client_auth_subject_dn: {0}")]
    Subject(#[from] DistinguishedNameError),
    /// Not a DNS name.
    #[error("tls_client_auth_san_dns is not a DNS name without wildcards")]
    Dns,
    /// Not a URI.
    #[error("tls_client_auth_san_uri is not an absolute URI")]
    Uri,
    /// Not an address.
    #[error("tls_client_auth_san_ip is not an IP address")]
    Ip,
    /// Not a mail address.
    #[error("tls_client_auth_san_email is not a mail address")]
    Email,
}

impl ExpectedSubject {
    /// The members of client metadata, of which a client has exactly one.
    pub const MEMBERS: [&'static str; 5] = [
        "tls_client_auth_subject_dn",
        "tls_client_auth_san_dns",
        "tls_client_auth_san_uri",
        "tls_client_auth_san_ip",
        "tls_client_auth_san_email",
    ];

    /// Reads what a client registered under `member`, one of [`Self::MEMBERS`].
    pub fn read(member: &str, text: &str) -> Result<Self, ExpectedError> {
        match member {
            "tls_client_auth_san_dns" => dns(text).map(Self::Dns).ok_or(ExpectedError::Dns),
            "tls_client_auth_san_uri" => uri(text).map(Self::Uri).ok_or(ExpectedError::Uri),
            "tls_client_auth_san_ip" => {
                let address = text.parse().map(Self::Ip);
                address.map_err(|_| ExpectedError::Ip)
            }
            "tls_client_auth_san_email" => email(text).map(Self::Email).ok_or(ExpectedError::Email),
            _ => Ok(Self::Subject(DistinguishedName::parse(text)?)),
        }
    }

    /// Whether `certificate` names the client.
    pub fn is_named_by(&self, certificate: &Certificate) -> bool {
        let names = &certificate.names;
        match self {
            Self::Subject(name) => name.names(certificate),
            Self::Dns(name) => names.dns.iter().any(|it| it.eq_ignore_ascii_case(name)),
            Self::Uri(uri) => names.uris.contains(uri),
            Self::Ip(address) => names.addresses.contains(address),
            Self::Email(address) => names.emails.iter().any(|it| same_mailbox(it, address)),
        }
    }
}

fn dns(text: &str) -> Option<String> {
    let label = |label: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        (1..=63).contains(&label.len()) && label.bytes().all(plain)
    };
    let name = text.len() <= 253 && text.split('.').all(label);
    (name && text.parse::<IpAddr>().is_err()).then(|| text.to_ascii_lowercase())
}

fn uri(text: &str) -> Option<String> {
    let readable = text.len() <= MAXIMUM && text.is_ascii() && Url::parse(text).is_ok();
    readable.then(|| text.to_owned())
}

fn email(text: &str) -> Option<String> {
    let (local, host) = text.rsplit_once('@')?;
    let readable = !local.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    (readable && text.len() <= MAXIMUM && dns(host).is_some()).then(|| text.to_owned())
}

/// The host is a DNS name; what stands before it is its own affair (RFC 5280 section 7.5).
fn same_mailbox(one: &str, other: &str) -> bool {
    match (one.rsplit_once('@'), other.rsplit_once('@')) {
        (Some((local, host)), Some((other_local, other_host))) => {
            local == other_local && host.eq_ignore_ascii_case(other_host)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use ExpectedError as E;

    use super::*;

    #[test]
    fn only_names_that_can_be_compared_are_taken() {
        let [subject, dns, uri, ip, email] = ExpectedSubject::MEMBERS;
        #[rustfmt::skip]
        let cases = [
            (subject, "CN=app,O=Example",     Ok(())),
            (subject, "app",                  Err(E::Subject(DistinguishedNameError::Type))),
            (dns,     "app.example",          Ok(())),
            (dns,     "*.example",            Err(E::Dns)),
            (dns,     "",                     Err(E::Dns)),
            (dns,     "app..example",         Err(E::Dns)),
            (dns,     "127.0.0.1",            Err(E::Dns)),
            (uri,     "spiffe://example/app", Ok(())),
            (uri,     "/app",                 Err(E::Uri)),
            (ip,      "192.0.2.7",            Ok(())),
            (ip,      "2001:db8::7",          Ok(())),
            (ip,      "192.0.2.7/24",         Err(E::Ip)),
            (email,   "app@example.com",      Ok(())),
            (email,   "app",                  Err(E::Email)),
            (email,   "@example.com",         Err(E::Email)),
        ];
        for (member, text, expected) in cases {
            let read = ExpectedSubject::read(member, text).map(drop);
            assert_eq!(read, expected, "{member} {text}");
        }
    }

    #[test]
    fn what_is_stored_is_the_member_that_was_registered() {
        let cases = [
            "CN=a,O=b",
            "app.example",
            "spiffe://a/b",
            "::1",
            "a@b.example",
        ];
        for (member, text) in ExpectedSubject::MEMBERS.into_iter().zip(cases) {
            let expected = ExpectedSubject::read(member, text).expect("a name");
            let stored = serde_json::to_value(&expected).expect("serialises");
            assert_eq!(stored, serde_json::json!({ member: text }));
            assert_eq!(
                serde_json::from_value::<ExpectedSubject>(stored).expect("reads"),
                expected
            );
        }
    }
}
