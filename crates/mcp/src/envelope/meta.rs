//! `_meta`: the members that the protocol reserves and a gateway needs.

use std::borrow::Cow;

use super::{Id, Refusal, variant};
use crate::json::{Raw, Scanner};

/// The reserved members of `_meta`; all others are carried along unread.
///
/// Holding one proves that each member that is present has the right type.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Meta<'a> {
    /// The whole object, if there is one.
    pub raw: Option<Raw<'a>>,
    /// `io.modelcontextprotocol/protocolVersion`.
    pub protocol_version: Option<Cow<'a, str>>,
    /// `io.modelcontextprotocol/clientCapabilities`, an object.
    pub client_capabilities: Option<Raw<'a>>,
    /// `io.modelcontextprotocol/clientInfo`, an object; for display only.
    pub client_info: Option<Raw<'a>>,
    /// `io.modelcontextprotocol/logLevel`.
    pub log_level: Option<LogLevel>,
    /// `io.modelcontextprotocol/subscriptionId`.
    pub subscription_id: Option<Id<'a>>,
    /// `progressToken`.
    pub progress_token: Option<Id<'a>>,
}

/// How grave a log message is; the order is that of RFC 5424, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    missing_docs,
    reason = "the names are those of RFC 5424 and say it all"
)]
pub enum LogLevel {
    Debug,
    Info,
    Notice,
    Warning,
    Error,
    Critical,
    Alert,
    Emergency,
}

const VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
const INFO: &str = "io.modelcontextprotocol/clientInfo";
const LEVEL: &str = "io.modelcontextprotocol/logLevel";
const SUBSCRIPTION: &str = "io.modelcontextprotocol/subscriptionId";
const PROGRESS: &str = "progressToken";

const RESERVED: [&str; 6] = [VERSION, CAPABILITIES, INFO, LEVEL, SUBSCRIPTION, PROGRESS];

impl<'a> Meta<'a> {
    /// Reads `_meta` at the scanner's position; `null` counts as absent.
    pub(super) fn read(scanner: &mut Scanner<'a>) -> Result<Self, Refusal> {
        let mut meta = Self::default();
        if scanner.peek() != Some(b'{') {
            let value = scanner.value()?;
            let refusal = Refusal::wrong("params._meta", "an object");
            return if value.is_null() {
                Ok(meta)
            } else {
                Err(refusal)
            };
        }
        meta.raw = Some(scanner.object(|scanner, key| meta.member(key, scanner))?);
        Ok(meta)
    }

    fn member(&mut self, key: &str, scanner: &mut Scanner<'a>) -> Result<(), Refusal> {
        let value = scanner.value()?;
        match key {
            VERSION => self.protocol_version = Some(string(VERSION, value)?),
            CAPABILITIES => self.client_capabilities = Some(object(CAPABILITIES, value)?),
            INFO => self.client_info = Some(object(INFO, value)?),
            LEVEL => self.log_level = Some(level(value)?),
            SUBSCRIPTION => self.subscription_id = Some(id(SUBSCRIPTION, value)?),
            // Some session-era clients write out an unset token.
            PROGRESS if value.is_null() => {}
            PROGRESS => self.progress_token = Some(id(PROGRESS, value)?),
            other => variant::refuse(other, &RESERVED)?,
        }
        Ok(())
    }
}

impl LogLevel {
    /// Every level, least grave first.
    pub const ALL: [Self; 8] = [
        Self::Debug,
        Self::Info,
        Self::Notice,
        Self::Warning,
        Self::Error,
        Self::Critical,
        Self::Alert,
        Self::Emergency,
    ];

    /// Reads a level as the protocol spells it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }

    /// The level as the protocol spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
            Self::Alert => "alert",
            Self::Emergency => "emergency",
        }
    }
}

impl Refusal {
    pub(super) const fn wrong(field: &'static str, expected: &'static str) -> Self {
        Self::Param { field, expected }
    }
}

fn string<'a>(field: &'static str, value: Raw<'a>) -> Result<Cow<'a, str>, Refusal> {
    value.text().ok_or(Refusal::wrong(field, "a string"))
}

fn object<'a>(field: &'static str, value: Raw<'a>) -> Result<Raw<'a>, Refusal> {
    let refusal = Refusal::wrong(field, "an object");
    value.is_object().then_some(value).ok_or(refusal)
}

fn level(value: Raw<'_>) -> Result<LogLevel, Refusal> {
    let text = value.text();
    let level = text.and_then(|text| LogLevel::parse(&text));
    level.ok_or(Refusal::wrong(LEVEL, "a log level"))
}

pub(super) fn id<'a>(field: &'static str, value: Raw<'a>) -> Result<Id<'a>, Refusal> {
    Id::new(value).ok_or(Refusal::wrong(field, "a short string or an integer"))
}
