//! What a certificate says (RFC 5280). Reading it proves nothing.

use std::net::IpAddr;

use x509_cert::{
    der::{
        Decode, Encode, Tag, Tagged,
        asn1::{Any, Ia5StringRef, PrintableStringRef, Utf8StringRef},
    },
    ext::pkix::{SubjectAltName, name::GeneralName},
    name::Name,
    time::Time,
};

use crate::time::UnixTime;

/// The subject, the alternative names and the validity of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// From the root of the tree down, as it is encoded; each part is a set.
    pub(super) subject: Vec<Vec<Attribute>>,
    pub(super) names: AlternativeNames,
    validity: Validity,
}

/// When a certificate counts (RFC 5280 section 4.1.2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Validity {
    not_before: UnixTime,
    not_after: UnixTime,
}

impl Validity {
    pub(super) fn of(certificate: &x509_cert::TbsCertificate) -> Self {
        Self {
            not_before: time(&certificate.validity.not_before),
            not_after: time(&certificate.validity.not_after),
        }
    }

    /// Reads that of a certificate in DER.
    pub(super) fn read(der: &[u8]) -> Result<Self, Unreadable> {
        let certificate = x509_cert::Certificate::from_der(der)?;
        Ok(Self::of(&certificate.tbs_certificate))
    }

    /// Both ends are included.
    pub(super) fn contains(self, now: UnixTime) -> bool {
        (self.not_before..=self.not_after).contains(&now)
    }
}

/// One attribute of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attribute {
    /// Its type, as an object identifier.
    pub(super) kind: String,
    /// Its value, where that is a text of a kind whose letters are certain.
    pub(super) text: Option<String>,
    /// Its value in DER.
    pub(super) der: Vec<u8>,
}

/// The alternative names that can be compared (RFC 5280 section 4.2.1.6).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AlternativeNames {
    pub(super) dns: Vec<String>,
    pub(super) uris: Vec<String>,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) emails: Vec<String>,
}

/// The bytes are no certificate, or one whose parts cannot be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the certificate cannot be read")]
pub struct Unreadable;

impl From<x509_cert::der::Error> for Unreadable {
    fn from(_: x509_cert::der::Error) -> Self {
        Self
    }
}

impl Certificate {
    /// Reads a certificate in DER.
    pub fn read(der: &[u8]) -> Result<Self, Unreadable> {
        let certificate = x509_cert::Certificate::from_der(der)?.tbs_certificate;
        let names = certificate.get::<SubjectAltName>()?;
        Ok(Self {
            subject: subject(&certificate.subject)?,
            names: names.map_or_else(AlternativeNames::default, |(_, names)| {
                AlternativeNames::of(&names.0)
            }),
            validity: Validity::of(&certificate),
        })
    }

    /// Whether `now` is within its validity (RFC 5280 section 4.1.2.5, both ends included).
    pub fn is_valid_at(&self, now: UnixTime) -> bool {
        self.validity.contains(now)
    }
}

fn time(time: &Time) -> UnixTime {
    let seconds = time.to_unix_duration().as_secs();
    UnixTime::from_seconds(i64::try_from(seconds).unwrap_or(i64::MAX))
}

fn subject(name: &Name) -> Result<Vec<Vec<Attribute>>, Unreadable> {
    let parts = name.0.iter().map(|part| {
        let attributes = part.0.iter().map(|attribute| {
            Ok(Attribute {
                kind: attribute.oid.to_string(),
                text: text(&attribute.value),
                der: attribute.value.to_der()?,
            })
        });
        attributes.collect()
    });
    parts.collect()
}

/// The letters of a text. Other kinds (`TeletexString`, `BMPString`) are not guessed at.
fn text(value: &Any) -> Option<String> {
    match value.tag() {
        Tag::Utf8String => value.decode_as::<Utf8StringRef<'_>>().ok()?.as_str(),
        Tag::PrintableString => value.decode_as::<PrintableStringRef<'_>>().ok()?.as_str(),
        Tag::Ia5String => value.decode_as::<Ia5StringRef<'_>>().ok()?.as_str(),
        _ => return None,
    }
    .to_owned()
    .into()
}

impl AlternativeNames {
    fn of(names: &[GeneralName]) -> Self {
        let mut found = Self::default();
        for name in names {
            match name {
                GeneralName::DnsName(name) => found.dns.push(name.to_string()),
                GeneralName::UniformResourceIdentifier(uri) => found.uris.push(uri.to_string()),
                GeneralName::Rfc822Name(address) => found.emails.push(address.to_string()),
                GeneralName::IpAddress(octets) => found.addresses.extend(ip(octets.as_bytes())),
                GeneralName::OtherName(_)
                | GeneralName::DirectoryName(_)
                | GeneralName::EdiPartyName(_)
                | GeneralName::RegisteredId(_) => {}
            }
        }
        found
    }
}

fn ip(octets: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(octets).map(IpAddr::from);
    let sixteen = <[u8; 16]>::try_from(octets).map(IpAddr::from);
    four.or(sixteen).ok()
}
