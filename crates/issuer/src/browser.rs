//! What a browser sends beside the page itself: its session, its site, its address.
//!
//! A malformed or unknown cookie is an anonymous visitor, never an error and
//! never a session (LG-08). An unsafe request counts as our own page's only when
//! the browser says so (CO-02).

use std::{net::IpAddr, time::Duration};

use axum::extract::Request;
use doorward_core::{
    agent::Agent,
    audit::{AuditEvent, AuditKind, Outcome},
    peer::Peer,
    secret::{Digest, Secret},
    session::Session,
    time::UnixTime,
    user::User,
};
use doorward_pages::Locale;
use doorward_store::{StoreError, Tx};
use http::{HeaderMap, HeaderValue, header, request::Parts};

use crate::{form::Pairs, public_url::PublicUrl, shared::Shared};

/// What a request tells about who sent it.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    /// The session that the cookie names, if it is one.
    pub(crate) session: Option<Digest>,
    /// What the browser keeps since somebody signed in with it.
    pub(crate) device: Option<Secret>,
    /// What the steps of a sign-in are bound to in this browser.
    pub(crate) step: Option<Secret>,
    /// The network peer.
    pub(crate) peer: Option<IpAddr>,
    /// What the browser calls itself, harmless to show.
    pub(crate) agent: Option<String>,
    /// Whether the request came from another site, or does not say.
    pub(crate) cross_site: bool,
    /// Whether the request came from a page of ours.
    pub(crate) own_page: bool,
    /// The language to speak in, unless an authorization request names another.
    pub(crate) locale: Locale,
}

/// A visitor who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    pub(crate) session: Session,
    pub(crate) user: User,
}

impl Visitor {
    /// Reads what the request tells.
    pub(crate) fn of(parts: &Parts, issuer: &Shared) -> Self {
        let url = &issuer.url;
        Self {
            session: sent(&parts.headers, session_name(url), SESSION).map(Digest::of),
            device: sent(&parts.headers, device_name(url), DEVICE).map(Secret::presented),
            step: sent(&parts.headers, step_name(url), STEP).map(Secret::presented),
            peer: peer(parts),
            agent: agent(&parts.headers),
            cross_site: !matches!(fetch_site(&parts.headers), Some("same-origin" | "none")),
            own_page: from_own_page(&parts.headers, url),
            locale: locale(parts).unwrap_or_else(|| issuer.pages.default_locale()),
        }
    }
}

/// The first words of `User-Agent` (RFC 9110 section 10.1.5), without what hides or breaks lines.
fn agent(headers: &HeaderMap) -> Option<String> {
    let agent = Agent::sent(headers.get(header::USER_AGENT)?.as_bytes())?;
    Some(agent.as_str().to_owned())
}

/// The network peer of a request.
pub(crate) fn peer(parts: &Parts) -> Option<IpAddr> {
    parts.extensions.get::<Peer>().map(|peer| peer.0)
}

/// Takes a request apart.
pub(crate) fn visitor(request: Request, issuer: &Shared) -> (Visitor, Parts, axum::body::Body) {
    let (parts, body) = request.into_parts();
    (Visitor::of(&parts, issuer), parts, body)
}

impl Shared {
    /// Who is signed in, if the session is live, as strong as it has to be, and the account may
    /// be used.
    pub(crate) async fn signed_in(
        &self,
        tx: &mut dyn Tx,
        session: Option<&Digest>,
        now: UnixTime,
    ) -> Result<Option<SignedIn>, StoreError> {
        let Some(digest) = session else {
            return Ok(None);
        };
        let idle = self.published().config.lifetimes.session_idle;
        let session = tx.session(digest).await?;
        let Some(session) = session.filter(|session| session.is_live(now, idle)) else {
            return Ok(None);
        };
        let user = tx.user(&session.user).await?;
        let Some(user) = user.filter(|user| user.disabled_at.is_none()) else {
            return Ok(None);
        };
        if session.methods.acr() < self.published().config.sign_in.required(user.role) {
            return Ok(None);
        }
        if session.is_to_be_seen(now) {
            self.see_session(digest, now).await;
        }
        Ok(Some(SignedIn { session, user }))
    }

    /// Notes that a session was seen, whatever becomes of the request. When that fails the
    /// session may end early, and nothing else is wrong.
    async fn see_session(&self, digest: &Digest, now: UnixTime) {
        let seen = async {
            let mut tx = self.store.begin().await?;
            tx.see_session(digest, now);
            tx.commit().await
        };
        if let Err(error) = seen.await {
            tracing::warn!(%error, "that a session is in use could not be noted");
        }
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

    /// The cookies that a browser gets at a sign-in.
    pub(crate) fn cookies_of(&self, arrival: &Arrival) -> [String; 2] {
        let lifetimes = self.published().config.lifetimes;
        let (session, device) = (session_name(&self.url), device_name(&self.url));
        [
            self.cookie((session, arrival.session.expose()), lifetimes.session),
            self.cookie((device, arrival.device.expose()), lifetimes.device_memory),
        ]
    }

    /// The cookie that steps of a sign-in are bound to.
    pub(crate) fn step_cookie(&self, value: &Secret) -> String {
        self.cookie((step_name(&self.url), value.expose()), STEP_LASTS)
    }

    /// The cookie that ends a session in the browser.
    pub(crate) fn ended_cookie(&self) -> String {
        self.cookie((session_name(&self.url), ""), Duration::ZERO)
    }

    fn cookie(&self, (name, value): (&str, &str), lasting: Duration) -> String {
        let (seconds, secure) = (lasting.as_secs(), self.url.is_secure());
        let secure = if secure { "; Secure" } else { "" };
        format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
    }
}

/// What a browser gets when somebody signs in with it.
#[derive(Debug)]
pub(crate) struct Arrival {
    /// The session.
    pub(crate) session: Secret,
    /// What tells the device again.
    pub(crate) device: Secret,
}

/// How the value of a session begins.
pub(crate) const SESSION: &str = "dws_";
/// How long a step of a sign-in may take.
pub(crate) const STEP_LASTS: Duration = Duration::from_secs(600);
/// How the value begins that steps are bound to.
pub(crate) const STEP: &str = "dwb_";
/// How the value of a device begins.
pub(crate) const DEVICE: &str = "dwk_";

/// `ui_locales` in the address, then what the browser accepts.
fn locale(parts: &Parts) -> Option<Locale> {
    let query = Pairs::parse(parts.uri.query().unwrap_or_default()).ok();
    let asked = query.and_then(|query| Locale::of_list(query.first("ui_locales")));
    let accepted = || {
        let header = parts.headers.get(header::ACCEPT_LANGUAGE)?;
        Locale::accepted(header.to_str().ok()?)
    };
    asked.or_else(accepted)
}

/// `__Host-` keeps sibling domains from planting a cookie; it needs https.
fn session_name(url: &PublicUrl) -> &'static str {
    if url.is_secure() {
        "__Host-doorward"
    } else {
        "doorward"
    }
}

fn step_name(url: &PublicUrl) -> &'static str {
    if url.is_secure() {
        "__Host-doorward-step"
    } else {
        "doorward-step"
    }
}

fn device_name(url: &PublicUrl) -> &'static str {
    if url.is_secure() {
        "__Host-doorward-device"
    } else {
        "doorward-device"
    }
}

/// The value of a cookie, if it can be one of ours. Of two different ones somebody else planted
/// one, and nobody can say which: then it is none (LG-08).
fn sent<'a>(headers: &'a HeaderMap, name: &str, begins: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter();
    let mut values = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value);
    let value = values.next()?;
    let one = values.all(|other| other == value);
    let random = value.strip_prefix(begins)?;
    (one && random.len() == MINTED).then_some(value)
}

/// The length of 256 random bits as [`Secret::mint`] writes them.
const MINTED: usize = 43;

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
    fn a_bad_or_ambiguous_cookie_is_no_session() {
        let value = Secret::mint(SESSION, [1; 32]);
        let (value, other) = (value.expose(), Secret::mint(SESSION, [2; 32]));
        let found = |lines: &[String]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("cookie", HeaderValue::try_from(line).expect("a line"));
            }
            sent(&headers, "doorward", SESSION) == Some(value)
        };
        assert!(found(&[format!("a=b; doorward={value}")]));
        assert!(found(&[format!("doorward={value};doorward={value}")]));
        let (cut, other) = (value.split_at(46).0, other.expose());
        for bad in [
            vec![],
            vec!["doorward".to_owned()],
            vec!["doorward=".to_owned()],
            vec![format!("xdoorward={value}")],
            vec!["=;;==".to_owned()],
            vec![format!("doorward.x={value}")],
            vec![format!("doorward={cut}")],
            vec![format!("doorward={value}x")],
            vec![format!("doorward=\"{value}\"")],
            vec![format!("doorward={}", value.replace("dws_", "dwk_"))],
            vec![format!("doorward={other}; doorward={value}")], // tossed by a sibling
            vec![format!("doorward={value}; doorward=")],
            vec![format!("doorward={value}"), format!("doorward={other}")],
        ] {
            assert!(!found(&bad), "{bad:?}"); // LG-08
        }
    }
}
