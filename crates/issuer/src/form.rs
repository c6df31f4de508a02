//! Reading `application/x-www-form-urlencoded` exactly.
//!
//! Invalid percent-encoding and invalid UTF-8 are refused and not repaired, so
//! that no two readers of the same bytes can disagree about a parameter (TK-15).

use axum::body::Body;
use bytes::Bytes;
use doorward_core::authorize::Parameters;
use doorward_pages::Text;
use http::{HeaderMap, header, request::Parts};
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// The largest form that is read.
const MAXIMUM_FORM: usize = 64 * 1024;

/// Why a body could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyError {
    /// It is not declared as a form.
    #[error("the body must be application/x-www-form-urlencoded")]
    MediaType,
    /// It is too long.
    #[error("the body is too large")]
    TooLarge,
    /// It did not arrive.
    #[error("the body did not arrive completely")]
    Interrupted,
    /// It has invalid encoding.
    #[error("the body has invalid percent-encoding or invalid UTF-8")]
    Malformed,
}

impl BodyError {
    /// What a person is told.
    pub(crate) fn text(self) -> Text {
        Text::of(match self {
            Self::MediaType => "form-media-type",
            Self::TooLarge => "form-too-large",
            Self::Interrupted => "form-interrupted",
            Self::Malformed => "form-malformed",
        })
    }
}

/// The encoding is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// Decoded pairs in order of arrival.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Decodes a query or a form.
    pub(crate) fn parse(raw: &str) -> Result<Self, Malformed> {
        let pairs = raw.split('&').filter(|pair| !pair.is_empty());
        let decoded = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        });
        decoded.collect::<Result<_, _>>().map(Self)
    }

    /// A name that stands more than once, other than those in `repeatable` (AZ-11).
    pub(crate) fn repeated(&self, repeatable: &[&str]) -> bool {
        let mut seen = std::collections::HashSet::new();
        self.names()
            .filter(|name| !repeatable.contains(name))
            .any(|name| !seen.insert(name))
    }

    /// All names in order of arrival.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// The first value of `name`; empty when there is none.
    pub(crate) fn first(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .unwrap_or_default()
    }

    /// Every value of `name` that says something.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// All pairs in order of arrival.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The pairs as parameters of a protocol request.
    pub(crate) fn into_parameters(self) -> Parameters {
        Parameters::new(self.0)
    }
}

/// Encodes pairs as a form.
pub(crate) fn encode<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs).finish()
}

/// The first value of `name` in the query of a page; empty where there is none that can be read.
pub(crate) fn in_query(parts: &Parts, name: &str) -> String {
    let query = Pairs::parse(parts.uri.query().unwrap_or_default());
    query.map_or_else(
        |Malformed| String::new(),
        |pairs| pairs.first(name).to_owned(),
    )
}

/// Reads a form.
pub(crate) async fn read(headers: &HeaderMap, body: Body) -> Result<Pairs, BodyError> {
    let raw = read_text(headers, body).await?;
    Pairs::parse(&raw).map_err(|Malformed| BodyError::Malformed)
}

/// Reads the text of a form without decoding it.
pub(crate) async fn read_text(headers: &HeaderMap, body: Body) -> Result<String, BodyError> {
    if !is_form(headers) {
        return Err(BodyError::MediaType);
    }
    let bytes = read_body(body, MAXIMUM_FORM).await?;
    String::from_utf8(bytes.into()).map_err(|_| BodyError::Malformed)
}

/// Reads a body of at most `limit` bytes.
pub(crate) async fn read_body(body: Body, limit: usize) -> Result<Bytes, BodyError> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(BodyError::TooLarge),
        Err(_) => Err(BodyError::Interrupted),
    }
}

/// Exactly one `Content-Type`, and it names a form, whatever its parameters.
fn is_form(headers: &HeaderMap) -> bool {
    let mut declared = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(only), None) = (declared.next(), declared.next()) else {
        return false;
    };
    let essence = only.to_str().unwrap_or_default().split(';').next();
    essence.is_some_and(|text| {
        text.trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

/// Decodes one name or value.
pub(crate) fn decode(text: &str) -> Result<String, Malformed> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (high, low) = (digit(bytes.next())?, digit(bytes.next())?);
                high << 4 | low
            }
            plain => plain,
        });
    }
    String::from_utf8(out).map_err(|_| Malformed)
}

fn digit(byte: Option<u8>) -> Result<u8, Malformed> {
    match byte {
        Some(byte @ b'0'..=b'9') => Ok(byte - b'0'),
        Some(byte @ b'a'..=b'f') => Ok(byte - b'a' + 10),
        Some(byte @ b'A'..=b'F') => Ok(byte - b'A' + 10),
        _ => Err(Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_decoded_or_refused_and_never_repaired() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        #[rustfmt::skip]
        let cases = [
            ("",                 Ok(vec![])),
            ("a=1&b=2",          Ok(vec![pair("a", "1"), pair("b", "2")])),
            ("a=1&&a=2&",        Ok(vec![pair("a", "1"), pair("a", "2")])),
            ("a",                Ok(vec![pair("a", "")])),
            ("=x",               Ok(vec![pair("", "x")])),
            ("a=b=c",            Ok(vec![pair("a", "b=c")])),
            ("a=x+y%2Bz",        Ok(vec![pair("a", "x y+z")])),
            ("%61=%c3%A9",       Ok(vec![pair("a", "é")])),
            ("a=%",              Err(Malformed)), // TK-15
            ("a=%4",             Err(Malformed)),
            ("a=%zz",            Err(Malformed)),
            ("a=%+1",            Err(Malformed)),
            ("a=%ff",            Err(Malformed)), // AZ-14
            ("%ff=a",            Err(Malformed)),
        ];
        for (raw, expected) in cases {
            assert_eq!(Pairs::parse(raw), expected.map(Pairs), "{raw}");
        }
    }

    #[test]
    fn repeated_names_are_noticed() {
        let repeated = |raw| Pairs::parse(raw).expect("valid").repeated(&["resource"]);
        assert!(repeated("a=1&b=2&a=1")); // AZ-11
        assert!(!repeated("resource=1&resource=2&a=1"));
    }

    #[test]
    fn only_a_single_declaration_of_a_form_is_one() {
        let declared = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::CONTENT_TYPE, http::HeaderValue::from_static(value));
            }
            is_form(&headers)
        };
        assert!(declared(&["application/x-www-form-urlencoded"]));
        assert!(declared(&[
            "Application/X-WWW-Form-Urlencoded; charset=utf-8"
        ]));
        assert!(!declared(&[]));
        assert!(!declared(&["application/json"]));
        assert!(!declared(&[
            "application/json, application/x-www-form-urlencoded"
        ])); // TK-15
        assert!(!declared(&[
            "application/x-www-form-urlencoded",
            "application/json"
        ]));
    }
}
