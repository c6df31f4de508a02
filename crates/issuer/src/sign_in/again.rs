//! A page of ours that wants a sign-in, or another one, before it is shown.
//!
//! Where the browser goes afterwards travels through the sign-in page in place of a sealed
//! authorization request. Anybody can write such a link, so it only leads to pages of a person's
//! own account, and there only to what is read (LG-07).

/// How the sign-in page tells such a page from a sealed request, which has no dot.
const MARK: &str = "again.";
/// The longest path.
const LONGEST: usize = 128;

/// What the sign-in page carries to come back to `path`.
pub(crate) fn flow_of(path: &str) -> String {
    format!("{MARK}{path}")
}

/// The page that [`flow_of`] leads back to, if it is one of a person's own account.
pub(crate) fn page_of(flow: &str) -> Option<String> {
    let path = flow.strip_prefix(MARK)?;
    let rest = path.strip_prefix("/account")?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_/".contains(&byte);
    let inside = rest.is_empty() || rest.starts_with('/');
    let own = inside && rest.bytes().all(plain) && !rest.contains("//");
    (own && path.len() <= LONGEST).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    // LG-07
    #[test]
    fn a_sign_in_leads_back_to_own_pages_alone() {
        for own in [
            "/account",
            "/account/",
            "/account/sessions",
            "/account/data",
        ] {
            assert_eq!(page_of(&flow_of(own)).as_deref(), Some(own));
        }
        let long = format!("/account/{}", "a".repeat(LONGEST));
        for foreign in [
            "",
            "/",
            "account",
            "//evil.example",
            "/\\evil.example",
            "/accounts",
            "/account//evil.example",
            "/account/../logout",
            "/account/x?y=z",
            "/account/%0d%0aLocation:x",
            "/account\r\nLocation: x",
            "https:evil",
            "/account@evil.example",
            long.as_str(),
        ] {
            assert_eq!(page_of(&flow_of(foreign)), None, "{foreign}");
        }
        assert_eq!(page_of("/account"), None);
    }
}
