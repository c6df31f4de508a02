//! People who sign in through other identity providers.
//!
//! ```text
//! POST /login/{provider}                      a row with state, nonce, verifier; a cookie; off they go
//! GET  /login/{provider}/callback             the row is taken, once; the provider is asked
//!        linked        -> still admitted?     -> signed in, and on to consent
//!        not linked    -> admitted?           -> a new account, or the offer of a link
//! GET  /account/links                         connect, confirm, cut
//! POST /login/{provider}/backchannel-logout   the provider ends its sessions
//! POST /token with a refresh token            now and then: is that person still admitted?
//! ```
//!
//! Nobody goes to a provider but by a button on a page of ours that names the client (CO-03), and
//! whoever comes back is asked for consent. A callback that this browser did not begin is refused
//! and used up (LG-04, CO-04). Mail never links by itself (LG-05). A provider that is down ends
//! nothing; one that says that somebody lost access ends what stood by its word (A-040).

mod account;
mod begin;
mod browser;
mod callback;
mod error;
mod linking;
mod links;
mod logout;
mod newcomer;
mod offers;
mod parties;
mod standing;
mod under_way;
mod word;

pub(crate) use begin::post as begin;
pub(crate) use callback::get as callback;
pub(crate) use links::{get as links, post as change_links};
pub(crate) use logout::post as backchannel_logout;
pub use parties::Federation;
pub(crate) use parties::{Parties, ProviderButton};
pub(crate) use standing::Vouching;

use crate::sign_in;

/// What the sign-in page carries to come back to the links of an account.
const MARK: &str = "links.";

/// The page of ours that `flow` leads to, when it is one of links. What follows is the name of an
/// offer, if any.
pub(crate) fn page_of(flow: &str) -> Option<String> {
    let offer = flow.strip_prefix(MARK)?;
    let named = offer
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    Some(match named && !offer.is_empty() {
        true => format!("/account/links?offer={offer}"),
        false => "/account/links".to_owned(),
    })
}

/// The longest name of a page of ours in a flow; requests that wait are sealed, and so bounded.
const LONGEST_PAGE: usize = 256;

/// `flow` as it is kept while somebody is away: of a page of ours no more than leads there (DS-05).
fn bounded(flow: &str) -> &str {
    let own = flow.len() > LONGEST_PAGE && sign_in::own_page(flow).is_some();
    match flow.split_once('.') {
        Some((mark, _)) if own => flow.get(..=mark.len()).unwrap_or_default(),
        Some(_) | None => flow,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // DS-05
    #[test]
    fn what_waits_is_no_longer_than_what_leads_somewhere() {
        let long = "a".repeat(60_000);
        for (flow, expected) in [
            ("links.dwo_a-B", "links.dwo_a-B"),
            ("again./account/data", "again./account/data"),
            (&format!("links.{long}"), "links."),
            (&format!("device.{long}"), "device."),
            ("", ""),
        ] {
            assert_eq!(bounded(flow), expected);
        }
        assert_eq!(bounded(&long), long, "a request that waits, or nothing");
    }

    #[test]
    fn a_mark_leads_to_the_links_and_nowhere_else() {
        for (flow, expected) in [
            ("links.", Some("/account/links")),
            ("links.dwo_a-B", Some("/account/links?offer=dwo_a-B")),
            ("links.//evil.example", Some("/account/links")), // LG-07
            ("links.x&next=y", Some("/account/links")),
            ("device.", None),
            ("", None),
        ] {
            assert_eq!(page_of(flow).as_deref(), expected, "{flow}");
        }
    }
}
