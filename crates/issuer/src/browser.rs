//! What a browser sends beside the page itself: its session, its site, its address.
//!
//! A malformed or unknown cookie is an anonymous visitor, never an error and
//! never a session (LG-08). An unsafe request counts as our own page's only when
//! the browser says so (CO-02).

use std::net::IpAddr;

use axum::extract::Request;
use doorward_core::{
    audit::{AuditEvent, AuditKind, Outcome},
    client::display_name,
    peer::Peer,
    secret::{Digest, Secret},
    session::Session,
    time::UnixTime,
    user::User,
};
use doorward_store::{StoreError, Tx};
use http::{HeaderMap, HeaderValue, header, request::Parts};

use crate::{public_url::PublicUrl, shared::Shared};

/// What a request tells about who sent it.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    /// The session that the cookie names, if it is one.
    pub(crate) session: Option<Digest>,
    /// The network peer.
    pub(crate) peer: Option<IpAddr>,
    /// What the browser calls itself, harmless to show.
    pub(crate) agent: Option<String>,
    /// Whether the request came from another site, or does not say.
    pub(crate) cross_site: bool,
    /// Whether the request came from a page of ours.
    pub(crate) own_page: bool,
}

/// A visitor who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    pub(crate) session: Session,
    pub(crate) user: User,
}

impl Visitor {
    /// Reads what the request tells.
    pub(crate) fn of(parts: &Parts, url: &PublicUrl) -> Self {
        Self {
            session: session_cookie(&parts.headers, cookie_name(url)),
            peer: peer(parts),
            agent: agent(&parts.headers),
            cross_site: !matches!(fetch_site(&parts.headers), Some("same-origin" | "none")),
            own_page: from_own_page(&parts.headers, url),
        }
    }
}

/// The first words of `User-Agent` (RFC 9110 section 10.1.5), without what hides or breaks lines.
fn agent(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::USER_AGENT)?.to_str().ok()?;
    Some(display_name(text)).filter(|name| !name.is_empty())
}

/// The network peer of a request.
pub(crate) fn peer(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<Peer>().map(|peer| peer.0)
}

/// Takes a request apart.
pub(crate) fn visitor(request: Request, issuer: &Shared) -> (Visitor, Parts, axum::body::Body) {
    let (parts, body) = request.into_parts();
    (Visitor::of(&parts, &issuer.url), parts, body)
}

impl Shared {
    /// Who is signed in, if the session is live and the account may be used.
    pub(crate) async fn signed_in(
        &self,
        tx: &mut dyn Tx,
        session: Option<&Digest>,
        now: UnixTime,
    ) -> Result<Option<SignedIn>, StoreError> {
        let Some(digest) = session else {
            return Ok(None);
        };
        let Some(session) = tx
            .session(digest)
            .await?
            .filter(|session| session.is_live(now))
        else {
            return Ok(None);
        };
        let user = tx.user(&session.user).await?;
        let user = user.filter(|user| user.disabled_at.is_none());
        Ok(user.map(|user| SignedIn { session, user }))
    }

    /// Records a form from another site. There is nothing to commit with it.
    pub(crate) fn note_cross_site(&self, page: &'static str, visitor: &Visitor) {
        let event = AuditEvent::new(
            self.clock.now(),
            AuditKind::CrossSiteRefused,
            Outcome::Denied,
        )
        .reason(page);
        if let Err(error) = self.note_stranger(event, visitor.peer) {
            tracing::error!(%error, "a form from another site could not be recorded");
        }
    }

    /// The cookie that carries a session.
    pub(crate) fn session_cookie(&self, value: &Secret) -> String {
        let seconds = self.published().config.lifetimes.session.as_secs();
        self.cookie(value.expose(), seconds)
    }

    /// The cookie that ends a session in the browser.
    pub(crate) fn ended_cookie(&self) -> String {
        self.cookie("", 0)
    }

    fn cookie(&self, value: &str, seconds: u64) -> String {
        let secure = if self.url.is_secure() { "; Secure" } else { "" };
        let name = cookie_name(&self.url);
        format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
    }
}

/// `__Host-` keeps sibling domains from planting a cookie; it needs https.
fn cookie_name(url: &PublicUrl) -> &'static str {
    if url.is_secure() {
        "__Host-doorward"
    } else {
        "doorward"
    }
}

fn session_cookie(headers: &HeaderMap, name: &str) -> Option<Digest> {
    let lines = headers.get_all(header::COOKIE).iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| Digest::of(value))
}

fn fetch_site(headers: &HeaderMap) -> Option<&str> {
    headers.get("sec-fetch-site")?.to_str().ok()
}

/// Whether the browser says that a page of ours sent this.
///
/// Our pages send no referrer, so browsers write `Origin: null` on their forms;
/// `Sec-Fetch-Site` tells them apart then. An `Origin` of somebody else is refused
/// whatever else is there.
fn from_own_page(headers: &HeaderMap, url: &PublicUrl) -> bool {
    let origin = headers.get(header::ORIGIN).map(HeaderValue::to_str);
    match (origin, fetch_site(headers)) {
        (Some(Err(_)), _) => false,
        (Some(Ok("null")) | None, site) => matches!(site, Some("same-origin" | "none")),
        (Some(Ok(origin)), Some("same-origin" | "none") | None) => is_ours(origin, headers, url),
        (Some(Ok(_)), Some(_)) => false,
    }
}

/// Our origin; on this computer also another name of this computer, when the page itself
/// was opened under that name.
fn is_ours(origin: &str, headers: &HeaderMap, url: &PublicUrl) -> bool {
    if origin == url.origin() {
        return true;
    }
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let authority = origin.strip_prefix("http://").unwrap_or_default();
    let name = authority
        .rsplit_once(':')
        .map_or(authority, |(name, _)| name);
    let alias = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    url.is_loopback() && !url.is_secure() && alias && host == Some(authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Sent = &'static [(&'static str, &'static str)];

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (
                http::HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn a_form_is_ours_only_when_the_browser_says_so() {
        const PUBLIC: &str = "https://mcp.example";
        const LOCAL: &str = "http://127.0.0.1:8080";
        #[rustfmt::skip]
        let cases: [(&str, &str, Sent, bool); 14] = [
            ("our origin",              PUBLIC, &[("origin", PUBLIC)], true),
            ("our origin, same site",   PUBLIC, &[("origin", PUBLIC), ("sec-fetch-site", "same-origin")], true),
            ("null, same origin",       PUBLIC, &[("origin", "null"), ("sec-fetch-site", "same-origin")], true),
            ("nothing but the site",    PUBLIC, &[("sec-fetch-site", "same-origin")], true),
            ("typed by the person",     PUBLIC, &[("sec-fetch-site", "none")], true),
            ("nothing at all, CO-02",   PUBLIC, &[], false),
            ("null alone",              PUBLIC, &[("origin", "null")], false),
            ("other origin, CO-02",     PUBLIC, &[("origin", "https://evil.example")], false),
            ("cross site",              PUBLIC, &[("origin", "null"), ("sec-fetch-site", "cross-site")], false),
            ("sibling",                 PUBLIC, &[("origin", "https://x.mcp.example"), ("sec-fetch-site", "same-site")], false),
            ("contradiction",           PUBLIC, &[("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")], false),
            ("alias of this computer",  LOCAL,  &[("origin", "http://localhost:8080"), ("host", "localhost:8080")], true),
            ("alias, other port",       LOCAL,  &[("origin", "http://localhost:9090"), ("host", "localhost:8080")], false),
            ("alias where not local",   PUBLIC, &[("origin", "http://localhost:8080"), ("host", "localhost:8080")], false),
        ];
        for (name, url, sent, expected) in cases {
            let url = PublicUrl::parse(url).expect(name);
            assert_eq!(from_own_page(&headers(sent), &url), expected, "{name}");
        }
    }

    #[test]
    fn a_bad_cookie_is_no_session() {
        let found = |line| session_cookie(&headers(&[("cookie", line)]), "doorward");
        assert_eq!(found("a=b; doorward=x"), Some(Digest::of("x")));
        for bad in [
            "",
            "doorward",
            "doorward=",
            "xdoorward=x",
            "=;;==",
            "doorward.x=y",
        ] {
            assert_eq!(found(bad), None, "{bad}"); // LG-08
        }
    }
}
