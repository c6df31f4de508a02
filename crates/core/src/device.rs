//! Device authorization (RFC 8628): a person approves on another screen.
//!
//! ```text
//! Pending --person allows--> Approved --polled--> gone, and a grant is there
//!    \-----person denies---> Denied
//! ```
//!
//! The client polls with a device code of 256 random bits; the person types a
//! [`UserCode`] that is short, and so only good for finding a request, for a few
//! minutes, for somebody who is signed in, and with few tries. [`poll`] decides
//! and never writes. An answer that was lost is not given again: the client begins
//! anew, and whoever copied a device code gains nothing from presenting it later.

use std::{fmt, net::IpAddr, time::Duration};

use crate::{
    details::Details,
    id::{ClientId, UserId},
    resource::Resource,
    scope::ScopeSet,
    secret::{Digest, Secret},
    session::Methods,
    time::UnixTime,
};

/// How long a client waits between two polls when nothing was said (RFC 8628 section 3.2).
pub const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// How much longer after it was told to slow down (RFC 8628 section 3.5).
pub const SLOWER: Duration = Duration::from_secs(5);
/// The longest that a client is made to wait.
const SLOWEST: Duration = Duration::from_secs(60);

/// A device authorization request as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceAuthorization {
    /// Digest of the device code.
    pub digest: Digest,
    /// Digest of the user code.
    pub user_code: Digest,
    /// The client that may poll.
    pub client: ClientId,
    /// The one resource that is asked for.
    pub resource: Resource,
    /// The scopes that are asked for, and later those that were approved.
    pub scopes: ScopeSet,
    /// When both codes die.
    pub expires_at: UnixTime,
    /// How long the client has to wait between two polls.
    pub interval: Duration,
    /// When it last polled.
    pub polled_at: Option<UnixTime>,
    /// The calls that are asked for, and later those that were approved, when not all that the
    /// scopes open (RFC 9396).
    pub details: Details,
    /// The network address that asked, if it is known: the person may know it.
    pub peer: Option<IpAddr>,
    /// Where it is in its life.
    pub state: DeviceState,
}

/// The life of a device authorization request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceState {
    /// Nobody answered yet.
    Pending,
    /// Somebody allowed it.
    Approved(DeviceApproval),
    /// Somebody denied it.
    Denied,
}

/// Who allowed what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceApproval {
    /// Who.
    pub user: UserId,
    /// When they proved who they are.
    pub authenticated_at: UnixTime,
    /// How.
    pub methods: Methods,
    /// When the grant ends, if the person said so.
    pub ends_at: Option<UnixTime>,
}

/// What a poll gets.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a verdict has no effect until it is applied and committed"]
pub enum Poll {
    /// Issue tokens and forget the request.
    Issue(DeviceApproval),
    /// `authorization_pending`.
    Pending,
    /// `slow_down`: from now on this long between two polls.
    SlowDown(Duration),
    /// `access_denied`.
    Denied,
    /// `expired_token`.
    Expired,
    /// `invalid_grant`: another client's.
    Refuse,
}

/// Decides about a poll (RFC 8628 section 3.5, A-083).
pub fn poll(request: &DeviceAuthorization, client: &ClientId, now: UnixTime) -> Poll {
    if request.client != *client {
        return Poll::Refuse;
    }
    match &request.state {
        DeviceState::Denied => Poll::Denied,
        DeviceState::Pending | DeviceState::Approved(_) if now >= request.expires_at => {
            Poll::Expired
        }
        DeviceState::Approved(approval) => Poll::Issue(approval.clone()),
        DeviceState::Pending => match request.polled_at {
            Some(before) if now.since(before) < request.interval => {
                Poll::SlowDown((request.interval + SLOWER).min(SLOWEST))
            }
            Some(_) | None => Poll::Pending,
        },
    }
}

/// What a person types: eight letters without vowels, so that they spell nothing and are
/// hard to confuse; 34 random bits (RFC 8628 section 6.1).
#[derive(Clone, PartialEq, Eq)]
pub struct UserCode(String);

const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LENGTH: usize = 8;

impl UserCode {
    /// A fresh code.
    pub fn mint(random: [u8; 8]) -> Self {
        // 2^64 is so much more than 20^8 that no letter is likelier than another by 10^-9.
        let mut rest = u64::from_be_bytes(random);
        let base = LETTERS.len() as u64;
        let letter = |_| {
            let at = usize::try_from(rest % base).unwrap_or_default();
            rest /= base;
            LETTERS.get(at).copied().map_or('B', char::from)
        };
        Self((0..LENGTH).map(letter).collect())
    }

    /// Reads what a person typed: case, width, dashes, dots and spaces do not count.
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.len() > 64 {
            return None;
        }
        let narrow = |c: char| match c {
            // the wide forms that input methods for Chinese and Japanese write
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            c => c,
        };
        let counts = |c: &char| {
            let separates = matches!(
                c,
                '-' | '.' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}'
            );
            !c.is_whitespace() && !separates
        };
        let code: String = typed
            .chars()
            .map(narrow)
            .filter(counts)
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let ours = code.len() == LENGTH && code.bytes().all(|byte| LETTERS.contains(&byte));
        ours.then_some(Self(code))
    }

    /// What the store finds it by.
    pub fn digest(&self) -> Digest {
        Secret::presented(&self.0).digest()
    }
}

/// In two groups of four, as it is shown.
impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = self.0.split_at_checked(LENGTH / 2).unwrap_or((&self.0, ""));
        write!(f, "{first}-{last}")
    }
}

impl fmt::Debug for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserCode(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: UnixTime = UnixTime::from_seconds(1_000);

    fn request(state: DeviceState) -> DeviceAuthorization {
        DeviceAuthorization {
            digest: Digest::of("device"),
            user_code: Digest::of("user"),
            client: ClientId::from_known("c"),
            resource: Resource::from_known("https://mcp.example/mcp/files"),
            scopes: ScopeSet::baseline(),
            expires_at: T0 + Duration::from_secs(600),
            interval: POLL_INTERVAL,
            polled_at: Some(T0),
            details: Details::default(),
            peer: None,
            state,
        }
    }

    #[test]
    fn a_poll_gets_what_the_person_said_and_only_once() {
        use DeviceState::{Approved, Denied, Pending};
        let approval = || DeviceApproval {
            user: UserId::from_known("u"),
            authenticated_at: T0,
            methods: Methods::default(),
            ends_at: None,
        };
        let slower = Poll::SlowDown(Duration::from_secs(10));
        #[rustfmt::skip]
        let cases = [ // A-083
            ("nobody answered",          Pending,              "c", 5_000,   Poll::Pending),
            ("too soon",                 Pending,              "c", 4_999,   slower),
            ("approved",                 Approved(approval()), "c", 5_000,   Poll::Issue(approval())),
            ("approved, polled at once", Approved(approval()), "c", 1,       Poll::Issue(approval())),
            ("denied",                   Denied,               "c", 5_000,   Poll::Denied),
            ("another client",           Approved(approval()), "d", 5_000,   Poll::Refuse),
            ("another client, pending",  Pending,              "d", 5_000,   Poll::Refuse),
            ("last millisecond",         Approved(approval()), "c", 599_999, Poll::Issue(approval())),
            ("expired",                  Pending,              "c", 600_000, Poll::Expired),
            ("approved and expired",     Approved(approval()), "c", 600_000, Poll::Expired),
        ];
        for (name, state, client, later, expected) in cases {
            let now = T0 + Duration::from_millis(later);
            let client = ClientId::from_known(client);
            assert_eq!(poll(&request(state), &client, now), expected, "{name}");
        }
    }

    #[test]
    fn the_first_poll_is_never_too_soon_and_waiting_has_an_end() {
        let client = ClientId::from_known("c");
        let first = DeviceAuthorization {
            polled_at: None,
            ..request(DeviceState::Pending)
        };
        assert_eq!(poll(&first, &client, T0), Poll::Pending);
        let slow = DeviceAuthorization {
            interval: SLOWEST,
            ..request(DeviceState::Pending)
        };
        assert_eq!(poll(&slow, &client, T0), Poll::SlowDown(SLOWEST));
    }

    #[test]
    fn a_user_code_is_read_however_it_is_typed() {
        let code = UserCode::mint([7; 8]);
        let shown = code.to_string();
        assert_eq!(shown.len(), 9);
        let spaced: String = shown.chars().map(|c| format!("{c} ")).collect();
        let variants = [
            shown.clone(),
            shown.to_lowercase(),
            shown.replace('-', ""),
            shown.replace('-', "\u{2013}"),
            shown.replace('-', ". "),
            shown
                .chars()
                .filter_map(|c| char::from_u32(u32::from(c) + 0xfee0))
                .collect(),
            spaced,
        ];
        for typed in variants {
            assert_eq!(UserCode::parse(&typed), Some(code.clone()), "{typed}");
        }
        let long = "B".repeat(100_000);
        for wrong in [
            "",
            "BBBB-BBB",
            "BBBB-BBBBB",
            "AAAA-AAAA",
            "BBBB-BBB1",
            "ÄBBB-BBBB",
            &long,
        ] {
            assert_eq!(UserCode::parse(wrong), None);
        }
        assert!(!format!("{code:?}").contains(&shown));
    }

    #[test]
    fn codes_of_different_chance_differ() {
        let all: std::collections::HashSet<String> = (0..1_000_u64)
            .map(|seed| Digest::of(&seed.to_string()))
            .filter_map(|digest| digest.as_bytes().first_chunk().copied())
            .map(|random| UserCode::mint(random).to_string())
            .collect();
        assert_eq!(all.len(), 1_000);
    }
}
