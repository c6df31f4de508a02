//! Audit records: what happened, in order, each bound to the one before it.
//!
//! A record is one line of JSON. Its digest covers the whole line, and the next
//! record carries that digest, so that a line cannot be changed, dropped or put
//! in without every later digest telling. Values of others (names, reasons) are
//! cut and escaped; credentials never get here, because no field takes one.

use std::{borrow::Cow, net::IpAddr, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{secret::Digest, time::UnixTime};

/// The longest text that a field keeps, in bytes.
const MAXIMUM_FIELD: usize = 256;

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AuditKind {
    /// An authorization request was refused before anybody was asked.
    #[serde(rename = "authorize.refused")]
    AuthorizeRefused,
    /// A person tried to sign in.
    #[serde(rename = "sign_in")]
    SignIn,
    /// A person signed out.
    #[serde(rename = "sign_out")]
    SignOut,
    /// A person answered a consent page.
    #[serde(rename = "consent")]
    Consent,
    /// Tokens were asked for with a code.
    #[serde(rename = "token.code")]
    TokenFromCode,
    /// Tokens were asked for with a refresh token.
    #[serde(rename = "token.refresh")]
    TokenFromRefresh,
    /// A client asked for a token of its own.
    #[serde(rename = "token.client")]
    TokenForClient,
    /// A device asked to be approved by a person.
    #[serde(rename = "device.begin")]
    DeviceAuthorization,
    /// Tokens were asked for with a device code.
    #[serde(rename = "token.device")]
    TokenFromDevice,
    /// A token was asked for in exchange for another.
    #[serde(rename = "token.exchange")]
    TokenExchange,
    /// A token was asked for with an assertion of another issuer.
    #[serde(rename = "token.assertion")]
    TokenFromAssertion,
    /// A token or grant was revoked.
    #[serde(rename = "token.revoke")]
    Revoke,
    /// Somebody asked about a token and was refused.
    #[serde(rename = "token.introspect")]
    Introspect,
    /// A client asked who a person is.
    #[serde(rename = "userinfo")]
    UserInfo,
    /// A code was presented twice.
    #[serde(rename = "code.replay")]
    CodeReplay,
    /// A spent refresh token was presented after its window: an alert.
    #[serde(rename = "refresh.reuse")]
    RefreshReuse,
    /// A client asked to be registered, or an administrator registered one.
    #[serde(rename = "client.register")]
    ClientRegister,
    /// What a client registered or published changed.
    #[serde(rename = "client.change")]
    ClientChange,
    /// A client was revoked.
    #[serde(rename = "client.revoke")]
    ClientRevoke,
    /// An initial access token was made or revoked.
    #[serde(rename = "client.token")]
    InitialTokenChange,
    /// A signing key was made, retired, exported or imported.
    #[serde(rename = "key.change")]
    KeyChange,
    /// Something was done differently for a client that is known to need it.
    #[serde(rename = "client.quirk")]
    ClientQuirk,
    /// An account was made or changed.
    #[serde(rename = "user.change")]
    UserChange,
    /// A form came from another site.
    #[serde(rename = "csrf.refused")]
    CrossSiteRefused,
    /// A tool call.
    #[serde(rename = "tool.call")]
    ToolCall,
    /// A resource was read.
    #[serde(rename = "resource.read")]
    ResourceRead,
    /// A prompt was fetched.
    #[serde(rename = "prompt.get")]
    PromptGet,
    /// Somebody asked to be told of changes.
    #[serde(rename = "subscription")]
    Subscription,
    /// Values were asked for that complete an argument of a prompt or resource template.
    #[serde(rename = "completion")]
    Completion,
    /// Any other MCP message that was refused.
    #[serde(rename = "mcp.refused")]
    McpRefused,
    /// A server gave no answer that could be passed on; the reason holds the reference that the
    /// caller was told and the log has (GW-27).
    #[serde(rename = "upstream.failed")]
    UpstreamFailed,
    /// A server process started, stopped or failed.
    #[serde(rename = "server.process")]
    ServerProcess,
    /// A group, or who is in it, changed.
    #[serde(rename = "group.change")]
    GroupChange,
    /// A token of a provisioning identity provider was made or revoked.
    #[serde(rename = "scim.token")]
    ProvisioningToken,
    /// A provisioning identity provider, or somebody who claims to be one, was refused.
    #[serde(rename = "scim.refused")]
    ProvisioningRefused,
    /// A person signed in on a device that was not known to be theirs.
    #[serde(rename = "sign_in.new_device")]
    NewDevice,
    /// A session was ended by its owner, from a list.
    #[serde(rename = "session.end")]
    SessionEnd,
    /// What was remembered for a person was forgotten: a device, or an approval.
    #[serde(rename = "account.forget")]
    Forget,
    /// A person proved a part of who they are, or did not: more is owed.
    #[serde(rename = "sign_in.step")]
    SignInStep,
    /// A second factor was added, renamed or removed, or recovery codes were replaced.
    #[serde(rename = "factor.change")]
    FactorChange,
    /// A person fetched what is stored about them.
    #[serde(rename = "account.download")]
    Download,
    /// A person linked an account to somebody elsewhere, or cut such a link.
    #[serde(rename = "link.change")]
    LinkChange,
    /// Somebody elsewhere was not linked to an account, whose address they have.
    #[serde(rename = "link.refused")]
    LinkRefused,
    /// Somebody is not admitted through their identity provider any more.
    #[serde(rename = "access.lost")]
    AccessLost,
    /// An invitation was made, revoked or used.
    #[serde(rename = "user.invite")]
    Invitation,
    /// A link to set a new password was asked for, made or used.
    #[serde(rename = "user.reset")]
    PasswordReset,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It was allowed.
    Allowed,
    /// It was refused.
    Denied,
    /// It was allowed and then failed.
    Failed,
}

/// Something that happened. Cheap to make: shared text is shared.
#[derive(Clone, Debug)]
pub struct AuditEvent {
    /// When.
    pub at: UnixTime,
    /// What.
    pub kind: AuditKind,
    /// How it ended.
    pub outcome: Outcome,
    /// The user's sign-in name.
    pub user: Option<Arc<str>>,
    /// The client.
    pub client: Option<Arc<str>>,
    /// The grant.
    pub grant: Option<Arc<str>>,
    /// The server.
    pub server: Option<Arc<str>>,
    /// The tool, prompt or resource, or the method where there is none of them.
    pub tool: Option<Arc<str>>,
    /// Why, in a word or a short phrase.
    pub reason: Option<Cow<'static, str>>,
    /// The network peer.
    pub peer: Option<IpAddr>,
}

impl AuditEvent {
    /// An event with nothing filled in but what happened and how it ended.
    pub fn new(at: UnixTime, kind: AuditKind, outcome: Outcome) -> Self {
        Self {
            at,
            kind,
            outcome,
            user: None,
            client: None,
            grant: None,
            server: None,
            tool: None,
            reason: None,
            peer: None,
        }
    }

    /// Says who.
    #[must_use]
    pub fn user(mut self, name: &str) -> Self {
        self.user = Some(name.into());
        self
    }

    /// Says through which client.
    #[must_use]
    pub fn client(mut self, id: &str) -> Self {
        self.client = Some(id.into());
        self
    }

    /// Says under which grant.
    #[must_use]
    pub fn grant(mut self, id: &str) -> Self {
        self.grant = Some(id.into());
        self
    }

    /// Says at which server.
    #[must_use]
    pub fn server(mut self, name: &str) -> Self {
        self.server = Some(name.into());
        self
    }

    /// Says why.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<Cow<'static, str>>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Says from where.
    #[must_use]
    pub fn peer(mut self, peer: Option<IpAddr>) -> Self {
        self.peer = peer;
        self
    }
}

/// The end of the chain so far: what the next record binds to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainHead {
    /// The number of the last record; zero before the first.
    pub sequence: u64,
    /// Its digest.
    pub digest: Digest,
}

impl ChainHead {
    /// Before the first record.
    pub fn start() -> Self {
        Self {
            sequence: 0,
            digest: Digest::from_stored([0; 32]),
        }
    }

    /// Appends the record of `event` as one line to `out`, and returns the new head.
    pub fn append(&self, event: &AuditEvent, out: &mut Vec<u8>) -> Self {
        let start = out.len();
        let sequence = self.sequence + 1;
        let record = AuditRecord::bind(sequence, &self.digest, event);
        if serde_json::to_writer(&mut *out, &record).is_err() {
            out.truncate(start); // writing to memory cannot fail
        }
        let digest = Digest::of_bytes(out.get(start..).unwrap_or_default());
        out.push(b'\n');
        Self { sequence, digest }
    }

    /// Checks that `line` (without its line end) is the next record, and returns the new head.
    pub fn verify(&self, line: &[u8]) -> Result<Self, ChainBroken> {
        let broken = || ChainBroken {
            sequence: self.sequence + 1,
        };
        let record: AuditRecord<'_> = serde_json::from_slice(line).map_err(|_| broken())?;
        let next = record.sequence == self.sequence + 1 && record.previous == hex(&self.digest);
        next.then(|| Self {
            sequence: record.sequence,
            digest: Digest::of_bytes(line),
        })
        .ok_or_else(broken)
    }
}

/// The audit log was changed: the record with this number is not the one that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("audit record {sequence} does not follow from the one before it")]
pub struct ChainBroken {
    /// The number of the first record that does not follow.
    pub sequence: u64,
}

/// A record as it is stored and exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord<'a> {
    /// Its number, from 1 without gaps.
    pub sequence: u64,
    /// The digest of the record before it, in hexadecimal.
    #[serde(borrow)]
    pub previous: Cow<'a, str>,
    /// When, in milliseconds since the epoch.
    pub at: UnixTime,
    /// What.
    pub event: AuditKind,
    /// How it ended.
    pub outcome: Outcome,
    /// The user's sign-in name.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Cow<'a, str>>,
    /// The client.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub client: Option<Cow<'a, str>>,
    /// The grant.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<Cow<'a, str>>,
    /// The server.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub server: Option<Cow<'a, str>>,
    /// The tool or method.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<Cow<'a, str>>,
    /// Why.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Cow<'a, str>>,
    /// The network peer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<IpAddr>,
}

impl<'a> AuditRecord<'a> {
    fn bind(sequence: u64, previous: &Digest, event: &'a AuditEvent) -> Self {
        let shared = |text: &'a Option<Arc<str>>| text.as_deref().map(cut);
        Self {
            sequence,
            previous: hex(previous).into(),
            at: event.at,
            event: event.kind,
            outcome: event.outcome,
            user: shared(&event.user),
            client: shared(&event.client),
            grant: shared(&event.grant),
            server: shared(&event.server),
            tool: shared(&event.tool),
            reason: event.reason.as_deref().map(cut),
            peer: event.peer,
        }
    }
}

/// Cuts at the limit, on a character boundary.
fn cut(text: &str) -> Cow<'_, str> {
    let end = text.floor_char_boundary(MAXIMUM_FIELD);
    text.split_at_checked(end)
        .map_or(text, |(head, _)| head)
        .into()
}

fn hex(digest: &Digest) -> String {
    const SYMBOLS: &[u8; 16] = b"0123456789abcdef";
    let symbol = |value: u8| {
        SYMBOLS
            .get(usize::from(value))
            .copied()
            .map_or('0', char::from)
    };
    digest
        .as_bytes()
        .iter()
        .flat_map(|byte| [symbol(byte >> 4), symbol(byte & 15)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(reason: &str) -> AuditEvent {
        AuditEvent::new(
            UnixTime::from_millis(5),
            AuditKind::ToolCall,
            Outcome::Denied,
        )
        .user("alice")
        .reason(reason.to_owned())
    }

    fn chain(reasons: &[&str]) -> Vec<Vec<u8>> {
        let mut head = ChainHead::start();
        let line = |reason: &&str| {
            let mut out = Vec::new();
            head = head.append(&event(reason), &mut out);
            out.pop();
            out
        };
        reasons.iter().map(line).collect()
    }

    fn verify(lines: &[Vec<u8>]) -> Result<ChainHead, ChainBroken> {
        lines
            .iter()
            .try_fold(ChainHead::start(), |head, line| head.verify(line))
    }

    #[test]
    fn a_chain_verifies_and_every_tampering_shows() {
        let lines = chain(&["a", "b", "c"]);
        assert_eq!(verify(&lines).map(|head| head.sequence), Ok(3));
        let changed: Vec<_> = [
            lines[0].clone(),
            chain(&["a", "x"])[1].clone(),
            lines[2].clone(),
        ]
        .into();
        assert_eq!(verify(&changed), Err(ChainBroken { sequence: 3 })); // AD-06
        assert_eq!(verify(&lines[1..]), Err(ChainBroken { sequence: 1 }));
        let dropped = vec![lines[0].clone(), lines[2].clone()];
        assert_eq!(verify(&dropped), Err(ChainBroken { sequence: 2 }));
    }

    #[test]
    fn a_record_is_one_line_whatever_is_in_its_fields() {
        let hostile = "x\nINFO forged\r\u{1b}[2J\"}{"; // AD-05
        let line = String::from_utf8(chain(&[hostile]).remove(0)).expect("UTF-8");
        assert!(!line.contains(['\n', '\r', '\u{1b}']));
        let record: AuditRecord<'_> = serde_json::from_str(&line).expect("one JSON object");
        assert_eq!(record.reason.as_deref(), Some(hostile));
    }

    #[test]
    fn long_fields_are_cut_between_characters() {
        let line = chain(&[&"é".repeat(100_000)]).remove(0);
        assert!(line.len() < 1_000);
    }
}
