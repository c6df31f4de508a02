//! What counts as a document: JSON by its media type, unencoded, small enough.
//!
//! Freshness is read from `Cache-Control` and `Age` (RFC 9111 §4.2); how long to
//! believe it is for the caller to bound.

use std::time::Duration;

use bytes::Bytes;
use http::{
    HeaderMap, Response,
    header::{AGE, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderName},
};
use http_body::Body;
use http_body_util::BodyExt;
use hyper::body::Incoming;

use super::FetchError;

/// A fetched JSON document, not parsed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The body as it came.
    pub bytes: Bytes,
    /// How long it stays fresh, where the host said so; zero means: ask again.
    pub max_age: Option<Duration>,
    /// The host's name for this version.
    pub etag: Option<String>,
}

/// What came of asking for a document that may be known already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Here it is.
    Changed(Document),
    /// The known version is still the newest.
    Unchanged {
        /// How long that stays so, where the host said so.
        max_age: Option<Duration>,
    },
}

/// Reads the document out of a 200.
pub(super) async fn read(
    response: Response<Incoming>,
    limit: usize,
) -> Result<Document, FetchError> {
    let headers = response.headers();
    if !is_json(headers) {
        return Err(FetchError::ContentType);
    }
    if is_encoded(headers) {
        return Err(FetchError::ContentEncoding);
    }
    let max_age = max_age(headers);
    let etag = only(headers, &ETAG).map(str::to_owned);
    let bytes = collect(response.into_body(), limit).await?;
    Ok(Document {
        bytes,
        max_age,
        etag,
    })
}

pub(super) async fn collect(mut body: Incoming, limit: usize) -> Result<Bytes, FetchError> {
    let too_large = FetchError::TooLarge { limit };
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit {
        return Err(too_large);
    }
    let mut bytes = Vec::with_capacity(announced);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(FetchError::Response)?.into_data() else {
            continue; // trailers
        };
        if data.len() > limit - bytes.len() {
            return Err(too_large);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.into())
}

/// `application/json` or anything `+json`, stated exactly once.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = only(headers, &CONTENT_TYPE) else {
        return false;
    };
    let essence = value.split(';').next().unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    essence == "application/json" || (essence.contains('/') && essence.ends_with("+json"))
}

pub(super) fn is_encoded(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(CONTENT_ENCODING).iter();
    values.any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
}

pub(super) fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let mut lifetime: Option<u64> = None;
    for directive in directives(headers) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "no-store" | "no-cache" => return Some(Duration::ZERO),
            "max-age" => {
                // Unreadable is stale, and of two the shorter (RFC 9111 §4.2.1).
                let seconds = value.trim().trim_matches('"').parse().unwrap_or(0);
                lifetime = Some(lifetime.map_or(seconds, |other| other.min(seconds)));
            }
            _ => {}
        }
    }
    let age = only(headers, &AGE).and_then(|age| age.trim().parse().ok());
    lifetime.map(|seconds| Duration::from_secs(seconds.saturating_sub(age.unwrap_or(0))))
}

fn directives(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = headers.get_all(CACHE_CONTROL).iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

/// The value of a header that appears once and is text.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        (None, _) | (Some(_), Some(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn freshness_is_what_the_headers_say_and_stale_when_in_doubt() {
        //
        struct Case(
            &'static str,
            &'static [&'static str],
            Option<&'static str>,
            Option<u64>,
        );
        #[rustfmt::skip]
        let cases = [
            Case("silence says nothing",        &[],                              None,        None),
            Case("other directives neither",    &["public, immutable"],           None,        None),
            Case("a plain lifetime",            &["max-age=600"],                 None,        Some(600)),
            Case("among others, in any case",   &["private, MAX-AGE = 600"],      None,        Some(600)),
            Case("quoted",                      &["max-age=\"600\""],             None,        Some(600)),
            Case("in a second header",          &["public", "max-age=600"],       None,        Some(600)),
            Case("the shorter of two",          &["max-age=600, max-age=60"],     None,        Some(60)),
            Case("its age is subtracted",       &["max-age=600"],                 Some("599"), Some(1)),
            Case("older than its lifetime",     &["max-age=600"],                 Some("601"), Some(0)),
            Case("unreadable age",              &["max-age=600"],                 Some("old"), Some(600)),
            Case("unreadable lifetime",         &["max-age=soon"],                None,        Some(0)),
            Case("negative lifetime",           &["max-age=-1"],                  None,        Some(0)),
            Case("no-store wins",               &["max-age=600, no-store"],       None,        Some(0)),
            Case("no-cache wins",               &["no-cache=\"x\", max-age=600"], None,        Some(0)),
        ];
        for Case(name, control, age, seconds) in cases {
            let mut headers = HeaderMap::new();
            for value in control {
                headers.append(CACHE_CONTROL, value.parse().unwrap());
            }
            if let Some(age) = age {
                headers.insert(AGE, age.parse().unwrap());
            }
            assert_eq!(
                max_age(&headers),
                seconds.map(Duration::from_secs),
                "{name}"
            );
        }
    }
}
