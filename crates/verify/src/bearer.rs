//! Where a token is looked for: one `Authorization` header, of the scheme `Bearer` or
//! `DPoP`, and nowhere else (RFC 6750 section 2.1, RFC 9449 section 7.1, R-019, GW-03).
//!
//! A token in the query, in a form body or in a cookie is never taken, even when
//! it is valid.

use doorward_core::bearer::the_one;
use http::{HeaderMap, HeaderValue, Uri, header::AUTHORIZATION};

pub use doorward_core::bearer::{BearerFault, Credentials};

/// The one token in `headers`, by its syntax alone.
///
/// ```
/// use doorward_core::dpop::Scheme;
/// use doorward_verify::{BearerFault, Credentials, credentials};
/// let mut headers = http::HeaderMap::new();
/// assert_eq!(credentials(&headers), Err(BearerFault::Missing));
/// headers.insert("authorization", "bearer abc".parse().unwrap());
/// assert_eq!(credentials(&headers), Ok(Credentials { scheme: Scheme::Bearer, token: "abc" }));
/// ```
pub fn credentials(headers: &HeaderMap) -> Result<Credentials<'_>, BearerFault> {
    let values = headers.get_all(AUTHORIZATION).iter();
    the_one(values.map(HeaderValue::as_bytes))
}

/// Like [`credentials`], and refuses a second token in the query (RFC 6750 section 2).
pub fn presented<'a>(uri: &Uri, headers: &'a HeaderMap) -> Result<Credentials<'a>, BearerFault> {
    let credentials = credentials(headers)?;
    let names = uri.query().unwrap_or_default().split('&');
    let mut names = names.map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name));
    if names.any(|name| name == "access_token") {
        return Err(BearerFault::Malformed);
    }
    Ok(credentials)
}

#[cfg(test)]
mod tests {
    use doorward_core::dpop::Scheme;

    use super::*;

    fn headers(values: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            let value = HeaderValue::from_bytes(value).expect("a header value");
            headers.append(AUTHORIZATION, value);
        }
        headers
    }

    /// The token of a bearer header.
    fn bearer(headers: &HeaderMap) -> Result<&str, BearerFault> {
        let credentials = credentials(headers)?;
        assert_eq!(credentials.scheme, Scheme::Bearer);
        Ok(credentials.token)
    }

    #[test]
    fn a_bound_token_has_a_scheme_of_its_own() {
        for text in [b"DPoP a".as_slice(), b"dpop a"] {
            let headers = headers(&[text]);
            let expected = Credentials {
                scheme: Scheme::Dpop,
                token: "a",
            };
            assert_eq!(credentials(&headers), Ok(expected)); // X-019
        }
        assert_eq!(credentials(&headers(&[b"DPoP"])), Err(BearerFault::Missing));
        let both = headers(&[b"DPoP a", b"Bearer a"]);
        assert_eq!(credentials(&both), Err(BearerFault::Malformed));
    }

    #[test]
    fn only_one_well_formed_bearer_header_carries_a_token() {
        use BearerFault::{Malformed, Missing};
        struct Case(
            &'static str,
            &'static [&'static [u8]],
            Result<&'static str, BearerFault>,
        );
        // R-019, GW-03, appendix "Bearer syntax"
        #[rustfmt::skip]
        let cases = [
            Case("a token",                  &[b"Bearer a"],              Ok("a")),
            Case("scheme in lower case",     &[b"bearer a"],              Ok("a")),
            Case("scheme in upper case",     &[b"BEARER a"],              Ok("a")),
            Case("every letter",             &[b"Bearer aZ0-._~+/=="],    Ok("aZ0-._~+/==")),
            Case("no header",                &[],                         Err(Missing)),
            Case("empty header",             &[b""],                      Err(Missing)),
            Case("scheme alone",             &[b"Bearer"],                Err(Missing)),
            Case("scheme and a space",       &[b"Bearer "],               Err(Missing)),
            Case("basic",                    &[b"Basic dTpw"],            Err(Missing)),
            Case("bearer glued",             &[b"BearerX a"],             Err(Missing)),
            Case("bare token",               &[b"abc"],                   Err(Missing)),
            Case("two words",                &[b"Bearer a b"],            Err(Malformed)),
            Case("two spaces",               &[b"Bearer  a"],             Err(Malformed)),
            Case("a tab",                    &[b"Bearer\ta"],             Err(Malformed)),
            Case("a tab in the token",       &[b"Bearer a\tb"],           Err(Malformed)),
            Case("two in one header",        &[b"Bearer a,Bearer b"],     Err(Malformed)),
            Case("two in one, spaced",       &[b"Bearer a, Bearer b"],    Err(Malformed)),
            Case("not ASCII",                &[b"Bearer \xc3\xa9"],       Err(Malformed)),
            Case("quoted",                   &[b"Bearer \"a\""],          Err(Malformed)),
            Case("only padding",             &[b"Bearer =="],             Err(Malformed)),
            Case("padding inside",           &[b"Bearer a=b"],            Err(Malformed)),
            Case("two headers",              &[b"Bearer a", b"Bearer b"], Err(Malformed)),
            Case("the same header twice",    &[b"Bearer a", b"Bearer a"], Err(Malformed)),
            Case("another scheme besides",   &[b"Basic a", b"Bearer b"],  Err(Malformed)),
        ];
        for Case(name, values, expected) in cases {
            assert_eq!(bearer(&headers(values)), expected, "{name}");
        }
    }

    #[test]
    fn a_newline_or_nul_never_becomes_a_header() {
        for value in [b"Bearer a\n".as_slice(), b"Bearer a\0", b"Bearer a\r\nX: y"] {
            assert!(HeaderValue::from_bytes(value).is_err()); // GW-03
        }
    }

    #[test]
    fn a_long_token_is_found_whole_so_that_its_length_can_be_judged() {
        let long = format!("Bearer {}", "a".repeat(64 * 1024));
        let headers = headers(&[long.as_bytes()]);
        assert_eq!(bearer(&headers).map(str::len), Ok(64 * 1024)); // GW-03
    }

    #[test]
    fn a_token_in_the_query_is_never_taken_and_next_to_a_header_it_is_an_error() {
        use BearerFault::{Malformed, Missing};
        struct Case(
            &'static str,
            &'static [&'static [u8]],
            Result<&'static str, BearerFault>,
        );
        // R-011, R-019
        #[rustfmt::skip]
        let cases = [
            Case("/mcp?access_token=a",       &[],             Err(Missing)),
            Case("/mcp?access_token=a",       &[b"Bearer a"],  Err(Malformed)),
            Case("/mcp?x=1&access_token",     &[b"Bearer a"],  Err(Malformed)),
            Case("/mcp?x=access_token",       &[b"Bearer a"],  Ok("a")),
            Case("/mcp",                      &[b"Bearer a"],  Ok("a")),
        ];
        for Case(uri, values, expected) in cases {
            let uri: Uri = uri.parse().expect("a uri");
            let headers = headers(values);
            let found = presented(&uri, &headers).map(|found| found.token);
            assert_eq!(found, expected, "{uri}");
        }
    }
}
