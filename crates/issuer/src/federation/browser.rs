//! The cookie that ties a sign-in through a provider to the browser that it began in (CO-04).
//!
//! It is made with the first press of a button, never before, and the same for all tabs
//! of the browser, so that two can be on their way at once.

use doorward_core::{entropy::draw, federation::SIGN_IN_WITHIN, secret::Secret};
use http::{HeaderMap, HeaderValue, header};

use crate::{public_url::PublicUrl, shared::Shared};

/// How the value begins.
const PREFIX: &str = "dwb_";
/// The length of 256 random bits as [`Secret::mint`] writes them.
const MINTED: usize = 43;

/// What the browser sent, if it can be ours. Of two different ones somebody planted one (LG-08).
pub(super) fn sent(headers: &HeaderMap, url: &PublicUrl) -> Option<Secret> {
    let name = name(url);
    let lines = headers.get_all(header::COOKIE).iter();
    let mut values = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value);
    let value = values.next()?;
    let one = values.all(|other| other == value);
    let ours = value.strip_prefix(PREFIX)?.len() == MINTED;
    (one && ours).then(|| Secret::presented(value))
}

/// `__Host-` keeps sibling domains from planting one; it needs https.
fn name(url: &PublicUrl) -> &'static str {
    match url.is_secure() {
        true => "__Host-doorward-provider",
        false => "doorward-provider",
    }
}

impl Shared {
    /// The value for a browser that has none.
    pub(super) fn new_browser(&self) -> Secret {
        Secret::mint(PREFIX, draw(&*self.entropy))
    }

    /// The cookie, for as long as a sign-in may take.
    pub(super) fn browser_cookie(&self, value: &Secret) -> Option<HeaderValue> {
        let secure = if self.url.is_secure() { "; Secure" } else { "" };
        let (name, seconds) = (name(&self.url), SIGN_IN_WITHIN.as_secs());
        let value = value.expose();
        let cookie =
            format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::try_from(cookie).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_whole_value_of_ours_is_a_browser() {
        let url = PublicUrl::parse("https://mcp.example").expect("a URL");
        let (one, other) = (Secret::mint(PREFIX, [1; 32]), Secret::mint(PREFIX, [2; 32]));
        let (one, other) = (one.expose(), other.expose());
        let name = "__Host-doorward-provider";
        for (line, expected) in [
            (format!("a=b; {name}={one}"), true),
            (format!("{name}={one}; {name}={one}"), true),
            (format!("{name}={one}; {name}={other}"), false), // LG-08
            (format!("{name}={one}x"), false),
            (format!("{name}="), false),
            (format!("doorward-provider={one}"), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.append(
                header::COOKIE,
                HeaderValue::try_from(&line).expect("a line"),
            );
            assert_eq!(sent(&headers, &url).is_some(), expected, "{line}");
        }
    }
}
