//! Distinguished names as text (RFC 4514), compared with those in certificates.
//!
//! The comparison is by attributes, letter by letter: neither case nor spaces are folded, so
//! that it never takes two names for one that a directory would tell apart. What kind of string
//! holds the letters does not matter. A value that is written in hexadecimal is compared as DER.
//! A text that can be read in more than one way is refused.

use serde::{Deserialize, Serialize};
use x509_cert::der::asn1::ObjectIdentifier;

use super::read::{Attribute, Certificate};

/// The short names of attribute types (RFC 4514 section 3).
const TYPES: [(&str, &str); 9] = [
    ("CN", "2.5.4.3"),
    ("L", "2.5.4.7"),
    ("ST", "2.5.4.8"),
    ("O", "2.5.4.10"),
    ("OU", "2.5.4.11"),
    ("C", "2.5.4.6"),
    ("STREET", "2.5.4.9"),
    ("DC", "0.9.2342.19200300.100.1.25"),
    ("UID", "0.9.2342.19200300.100.1.1"),
];
/// The longest name that is looked at.
const MAXIMUM: usize = 1024;

/// A distinguished name that some certificate may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DistinguishedName {
    text: String,
    /// As it stands in a certificate: from the root of the tree down.
    parts: Vec<Vec<Wanted>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted {
    kind: String,
    value: Value,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Text(String),
    Der(Vec<u8>),
}

/// Why a text is no distinguished name that can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DistinguishedNameError {
    /// It is empty, or longer than anybody's name.
    #[error("it is empty or longer than 1024 bytes")]
    Length,
    /// An attribute has no type, or one without a short name in RFC 4514.
    #[error(
        "each attribute is `type=value`, the type CN, L, ST, O, OU, C, STREET, DC, UID or an object identifier"
    )]
    Type,
    /// A value contains what must be escaped, or an escape that says nothing.
    #[error("the value of an attribute is not written as RFC 4514 says")]
    Value,
    /// A part of the name has the same type twice.
    #[error("one part of it has an attribute twice")]
    Twice,
}

impl DistinguishedName {
    /// Reads the text of RFC 4514, the last part of the name first.
    pub fn parse(text: &str) -> Result<Self, DistinguishedNameError> {
        if text.is_empty() || text.len() > MAXIMUM {
            return Err(DistinguishedNameError::Length);
        }
        let mut parts = split(text, ',').map(part).collect::<Result<Vec<_>, _>>()?;
        parts.reverse();
        Ok(Self {
            text: text.to_owned(),
            parts,
        })
    }

    /// Whether the subject of `certificate` is this very name.
    pub fn names(&self, certificate: &Certificate) -> bool {
        let subject = &certificate.subject;
        subject.len() == self.parts.len()
            && self.parts.iter().zip(subject).all(|(part, theirs)| {
                part.len() == theirs.len()
                    && part
                        .iter()
                        .all(|it| theirs.iter().any(|their| it.is(their)))
            })
    }
}

impl Wanted {
    fn is(&self, attribute: &Attribute) -> bool {
        self.kind == attribute.kind
            && match &self.value {
                Value::Text(text) => attribute.text.as_ref() == Some(text),
                Value::Der(der) => attribute.der == *der,
            }
    }
}

/// The pieces between `separator`s that are not escaped.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut escaped = false;
    text.split(move |letter| {
        let here = letter == separator && !escaped;
        escaped = letter == '\\' && !escaped;
        here
    })
}

fn part(text: &str) -> Result<Vec<Wanted>, DistinguishedNameError> {
    let wanted = split(text, '+')
        .map(attribute)
        .collect::<Result<Vec<_>, _>>()?;
    let twice = wanted.iter().enumerate().any(|(index, one)| {
        let before = wanted.iter().take(index);
        before.into_iter().any(|other| other.kind == one.kind)
    });
    if twice {
        return Err(DistinguishedNameError::Twice);
    }
    Ok(wanted)
}

fn attribute(text: &str) -> Result<Wanted, DistinguishedNameError> {
    let (kind, value) = text.split_once('=').ok_or(DistinguishedNameError::Type)?;
    let value = match value.strip_prefix('#') {
        Some(hexadecimal) => bytes(hexadecimal).map(Value::Der),
        None => unescaped(value).map(Value::Text),
    };
    Ok(Wanted {
        kind: object_identifier(kind).ok_or(DistinguishedNameError::Type)?,
        value: value.ok_or(DistinguishedNameError::Value)?,
    })
}

fn object_identifier(kind: &str) -> Option<String> {
    let short = TYPES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(kind));
    match short {
        Some((_, dotted)) => Some((*dotted).to_owned()),
        None => ObjectIdentifier::new(kind)
            .ok()
            .map(|dotted| dotted.to_string()),
    }
}

/// A value without its escapes (RFC 4514 section 3: `string`).
fn unescaped(value: &str) -> Option<String> {
    if value.is_empty() || value.starts_with(' ') {
        return None;
    }
    let (mut rest, mut plain) = (value.bytes(), Vec::new());
    let mut last_is_space = false;
    while let Some(byte) = rest.next() {
        last_is_space = byte == b' ';
        match byte {
            b'\\' => plain.push(escape(&mut rest)?),
            0 | b'"' | b'+' | b',' | b';' | b'<' | b'>' => return None,
            byte => plain.push(byte),
        }
    }
    String::from_utf8(plain).ok().filter(|_| !last_is_space)
}

/// What follows a backslash: a special letter, or a byte in hexadecimal.
fn escape(rest: &mut impl Iterator<Item = u8>) -> Option<u8> {
    match rest.next()? {
        special @ (b' ' | b'"' | b'#' | b'+' | b',' | b';' | b'<' | b'=' | b'>' | b'\\') => {
            Some(special)
        }
        high => byte(high, rest.next()?),
    }
}

fn bytes(hexadecimal: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = hexadecimal.as_bytes().as_chunks::<2>();
    if pairs.is_empty() || !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| byte(*high, *low)).collect()
}

fn byte(high: u8, low: u8) -> Option<u8> {
    let digit = |letter: u8| char::from(letter).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

impl TryFrom<String> for DistinguishedName {
    type Error = DistinguishedNameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<DistinguishedName> for String {
    fn from(name: DistinguishedName) -> Self {
        name.text
    }
}

#[cfg(test)]
mod tests {
    use DistinguishedNameError as E;

    use super::*;

    #[test]
    fn only_what_rfc_4514_writes_in_one_way_is_read() {
        #[rustfmt::skip]
        let cases = [
            ("CN=app,O=Example,C=DE",           Ok(())),
            ("cn=app",                          Ok(())),
            ("2.5.4.3=app",                     Ok(())),
            ("CN=app+UID=7,O=Example",          Ok(())),
            (r"CN=Example\, Inc.",              Ok(())),
            (r"CN=\20app\ ",                    Ok(())),
            (r"CN=Lu\C4\8Di\C4\87",             Ok(())),
            (r"CN=a\\,O=b",                     Ok(())),
            ("1.3.6.1.4.1.1466.0=#04024869",    Ok(())),
            ("CN=a=b",                          Ok(())),
            ("",                                Err(E::Length)),
            ("app",                             Err(E::Type)),
            ("CN=app,",                         Err(E::Type)),
            ("CN=app, O=Example",               Err(E::Type)), // a space before a type is no part of it
            ("E=a@b.example",                   Err(E::Type)), // not in RFC 4514: some mean one, some another
            ("=x",                              Err(E::Type)),
            ("CN=",                             Err(E::Value)),
            ("CN= app",                         Err(E::Value)),
            ("CN=app ",                         Err(E::Value)),
            ("CN=a;O=b",                        Err(E::Value)),
            ("CN=\"a\"",                        Err(E::Value)),
            (r"CN=a\",                          Err(E::Value)),
            (r"CN=a\zz",                        Err(E::Value)),
            (r"CN=\FF",                         Err(E::Value)), // not UTF-8
            ("CN=#",                            Err(E::Value)),
            ("CN=#123",                         Err(E::Value)),
            ("CN=a+CN=b",                       Err(E::Twice)),
        ];
        for (text, expected) in cases {
            assert_eq!(DistinguishedName::parse(text).map(drop), expected, "{text}");
        }
        let long = format!("CN={}", "x".repeat(1024));
        assert_eq!(DistinguishedName::parse(&long), Err(E::Length));
    }

    #[test]
    fn the_first_part_of_the_text_is_the_last_of_the_name() {
        let name = DistinguishedName::parse(r"CN=a\,b,O=c").expect("a name");
        let kinds: Vec<_> = name
            .parts
            .iter()
            .map(|part| part[0].kind.as_str())
            .collect();
        assert_eq!(kinds, ["2.5.4.10", "2.5.4.3"]);
        assert_eq!(name.parts[1][0].value, Value::Text("a,b".to_owned()));
    }
}
