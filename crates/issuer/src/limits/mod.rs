//! How often somebody may try: the generic cell rate algorithm.
//!
//! A limit grants a burst and then one try per interval. A try that turns out
//! well can be given back, so that honest people are never counted out; only
//! failures wear a limit down (LG-02). Time comes from the issuer's clock.

mod guesses;
mod peers;
mod rate;
mod scans;
mod turns;

use std::{net::IpAddr, sync::Arc, time::Duration};

use doorward_core::{
    id::{ClientId, GrantId, UserId},
    secret::Digest,
    time::UnixTime,
};

pub use self::guesses::{Guesses, Noted, StrangerNotes};
pub(crate) use self::{
    peers::{peer_key, prefix_key, stranger_key},
    rate::{Limit, Wait},
    scans::Scan,
};
use self::{scans::Scans, turns::Turns};
use crate::directory::{Payer, Quota};

/// Every limit of an issuer.
pub(crate) struct Limits {
    /// Sign-ins from one network peer, a few at a time: those that turn out well do not count,
    /// however many come at once.
    pub(crate) sign_in_turns: Turns,
    /// Sign-ins from one network peer to accounts that it did not sign in to before.
    pub(crate) sign_in_peer: Limit<Option<IpAddr>>,
    /// Sign-ins to one account. It refills faster than one peer can wear it down, so that
    /// nobody locks somebody else out from one address.
    pub(crate) sign_in_account: Limit<Digest>,
    /// Sign-ins to one account from one network, whatever its addresses: slower than the account
    /// refills.
    pub(crate) sign_in_share: Limit<(Option<IpAddr>, Digest)>,
    /// Sign-ins from one network, whatever its addresses and accounts: it has no more than its
    /// part of the hashing (DS-01).
    pub(crate) sign_in_network: Limit<Option<IpAddr>>,
    /// The first tries at an account from one network: they do not depend on what the rest of
    /// the world does to that account (LG-02).
    pub(crate) sign_in_first: Limit<(Option<IpAddr>, Digest)>,
    /// Sign-ins to an account on a device on which somebody signed in to it before: whoever
    /// guesses elsewhere, from how many addresses ever, does not lock its owner out (LG-02).
    pub(crate) sign_in_known: Limit<(Digest, Digest)>,
    /// Accounts that were tried lately from one network on other devices.
    pub(crate) sign_in_tried: Limit<(Option<IpAddr>, Digest)>,
    /// How many of them there are: whoever tries the leaked passwords of many people, each of
    /// them once, is slowed down (LG-02).
    pub(crate) sign_in_accounts: Limit<Option<IpAddr>>,
    /// Sign-ins through identity providers that begin at one network peer: each is a row for ten
    /// minutes.
    pub(crate) federation_peer: Limit<Option<IpAddr>>,
    /// The same, from one network.
    pub(crate) federation_network: Limit<Option<IpAddr>>,
    /// Logout tokens from one network peer.
    pub(crate) logout_peer: Limit<Option<IpAddr>>,
    /// New clients from one network (interop 17: hosted clients share addresses).
    pub(crate) register_prefix: Limit<Option<IpAddr>>,
    /// New clients with a secret or key and otherwise the same metadata, from one network.
    pub(crate) register_print: Limit<(Option<IpAddr>, Digest)>,
    /// Records that a quirk was applied for one network peer: the log tells that it happens,
    /// not how often a client asks.
    pub(crate) quirk_peer: Limit<Option<IpAddr>>,
    /// The same for everybody.
    pub(crate) quirk_all: Limit<()>,
    /// Device authorization requests of one client from one network peer.
    pub(crate) device_share: Limit<(Option<IpAddr>, Digest)>,
    /// Device authorization requests from one network peer, whatever its clients.
    pub(crate) device_peer: Limit<Option<IpAddr>>,
    /// Device authorization requests from one network, whatever its addresses.
    pub(crate) device_network: Limit<Option<IpAddr>>,
    /// Wrong user codes typed by one person: 34 bits must not be found by trying (RFC 8628
    /// section 5.1).
    pub(crate) device_code_account: Limit<UserId>,
    /// Wrong user codes typed at one network peer.
    pub(crate) device_code_peer: Limit<Option<IpAddr>>,
    /// Wrong codes of authenticator applications for one account: six digits must not be found by
    /// trying.
    pub(crate) code_account: Limit<UserId>,
    /// The same on one device on which its owner signed in before.
    pub(crate) code_known: Limit<(Digest, UserId)>,
    /// Wrong recovery codes and passkeys on one device on which somebody signed in before.
    pub(crate) proof_known: Limit<Digest>,
    /// Wrong codes, recovery codes and passkeys beside a password from one network peer, on other
    /// devices.
    pub(crate) code_peer: Limit<Option<IpAddr>>,
    /// Wrong passkeys alone from one network peer, on other devices: anybody can send them.
    pub(crate) passkey_peer: Limit<Option<IpAddr>>,
    /// Devices that poll too fast, from one network peer: each time is written down.
    pub(crate) slowed_peer: Limit<Option<IpAddr>>,
    /// Records of refused requests to the endpoints for scripts, from one network peer, that
    /// nobody authenticated.
    pub(crate) refused_peer: Limit<Option<IpAddr>>,
    /// Records of what a client was refused that no administrator registered and that proved
    /// who it is.
    pub(crate) refused_client: Limit<ClientId>,
    /// Other records that anybody can cause, for one network peer.
    pub(crate) noted_peer: Limit<Option<IpAddr>>,
    /// Records that there were more than these.
    pub(crate) summed_up_peer: Limit<Option<IpAddr>>,
    /// The same, for one client.
    pub(crate) summed_up_client: Limit<ClientId>,
    /// Answers at `/userinfo` for one grant: each is a record.
    pub(crate) userinfo_grant: Limit<GrantId>,
    /// What has to be remembered for one client that anybody can be, from one network peer: that
    /// an assertion, a request object, or a request that was pushed is used once.
    pub(crate) remembered_share: Limit<(Option<IpAddr>, Digest)>,
    /// The same for all such clients: whoever names one of them does not put off the others at
    /// their address.
    pub(crate) remembered_peer: Limit<Option<IpAddr>>,
    /// The same for one client that no administrator registered.
    pub(crate) remembered_client: Limit<ClientId>,
    /// How often one client that is in use replaces its registration.
    pub(crate) replaced_client: Limit<ClientId>,
    /// Forgotten passwords from one network, whosever.
    pub(crate) reset_network: Limit<Option<IpAddr>>,
    /// Letters about a forgotten password to one account.
    pub(crate) reset_account: Limit<Digest>,
    /// Pages that look through the audit log.
    pub(crate) scans: Scans,
    /// Downloads of everything about one person.
    pub(crate) downloads: Limit<UserId>,
    /// Documents and keys that are fetched for strangers.
    pub(crate) documents: Arc<Quota>,
    /// New clients known by their documents, for one network or person.
    pub(crate) introduce: Limit<Payer>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sign_in_turns: Turns::default(),
            sign_in_peer: Limit::new(20, Duration::from_secs(6)),
            sign_in_account: Limit::new(30, Duration::from_secs(3)),
            sign_in_share: Limit::new(20, Duration::from_secs(6)),
            sign_in_network: Limit::new(100, Duration::from_millis(250)),
            sign_in_first: Limit::new(3, Duration::from_secs(600)),
            sign_in_known: Limit::new(20, Duration::from_secs(6)),
            sign_in_tried: Limit::new(1, Duration::from_secs(3600)),
            sign_in_accounts: Limit::new(100, Duration::from_secs(5)),
            federation_peer: Limit::new(30, Duration::from_secs(3)),
            federation_network: Limit::new(150, Duration::from_millis(600)),
            logout_peer: Limit::new(120, Duration::from_millis(200)),
            reset_network: Limit::new(10, Duration::from_secs(30)),
            reset_account: Limit::new(3, Duration::from_secs(20 * 60)),
            register_prefix: Limit::new(60, Duration::from_secs(1)),
            register_print: Limit::new(60, Duration::from_secs(4)),
            quirk_peer: Limit::new(1, Duration::from_secs(3600)),
            quirk_all: Limit::new(60, Duration::from_secs(60)),
            device_share: Limit::new(30, Duration::from_secs(2)),
            device_peer: Limit::new(150, Duration::from_millis(400)),
            device_network: Limit::new(300, Duration::from_millis(200)),
            device_code_account: Limit::new(5, Duration::from_secs(60)),
            device_code_peer: Limit::new(20, Duration::from_secs(15)),
            code_account: Limit::new(10, Duration::from_secs(60)),
            code_known: Limit::new(10, Duration::from_secs(60)),
            proof_known: Limit::new(20, Duration::from_secs(6)),
            code_peer: Limit::new(20, Duration::from_secs(6)),
            passkey_peer: Limit::new(20, Duration::from_secs(6)),
            slowed_peer: Limit::new(120, Duration::from_millis(500)),
            refused_peer: Limit::new(120, Duration::from_millis(500)),
            refused_client: Limit::new(600, Duration::from_millis(200)),
            noted_peer: Limit::new(120, Duration::from_millis(500)),
            summed_up_peer: Limit::new(1, Duration::from_secs(60)),
            summed_up_client: Limit::new(1, Duration::from_secs(60)),
            userinfo_grant: Limit::new(60, Duration::from_secs(2)),
            remembered_client: Limit::new(600, Duration::from_millis(200)),
            replaced_client: Limit::new(600, Duration::from_millis(200)),
            remembered_share: Limit::new(120, Duration::from_millis(500)),
            remembered_peer: Limit::new(600, Duration::from_millis(100)),
            scans: Scans::default(),
            downloads: Limit::new(3, Duration::from_secs(600)),
            documents: Arc::default(),
            introduce: Limit::new(60, Duration::from_secs(1)),
        }
    }
}

impl Limits {
    /// Forgets whoever has their whole burst again.
    pub(crate) fn forget_idle(&self, now: UnixTime) {
        self.sign_in_peer.forget_idle(now);
        self.sign_in_account.forget_idle(now);
        self.sign_in_share.forget_idle(now);
        self.sign_in_network.forget_idle(now);
        self.sign_in_first.forget_idle(now);
        self.sign_in_known.forget_idle(now);
        self.sign_in_tried.forget_idle(now);
        self.sign_in_accounts.forget_idle(now);
        self.federation_peer.forget_idle(now);
        self.federation_network.forget_idle(now);
        self.logout_peer.forget_idle(now);
        self.register_prefix.forget_idle(now);
        self.register_print.forget_idle(now);
        self.quirk_peer.forget_idle(now);
        self.quirk_all.forget_idle(now);
        self.device_share.forget_idle(now);
        self.device_peer.forget_idle(now);
        self.device_network.forget_idle(now);
        self.device_code_account.forget_idle(now);
        self.device_code_peer.forget_idle(now);
        self.code_account.forget_idle(now);
        self.code_known.forget_idle(now);
        self.proof_known.forget_idle(now);
        self.code_peer.forget_idle(now);
        self.passkey_peer.forget_idle(now);
        self.slowed_peer.forget_idle(now);
        self.refused_peer.forget_idle(now);
        self.refused_client.forget_idle(now);
        self.noted_peer.forget_idle(now);
        self.summed_up_peer.forget_idle(now);
        self.summed_up_client.forget_idle(now);
        self.userinfo_grant.forget_idle(now);
        self.remembered_share.forget_idle(now);
        self.remembered_peer.forget_idle(now);
        self.remembered_client.forget_idle(now);
        self.replaced_client.forget_idle(now);
        self.reset_network.forget_idle(now);
        self.reset_account.forget_idle(now);
        self.downloads.forget_idle(now);
        self.documents.forget_idle(now);
        self.introduce.forget_idle(now);
    }
}
