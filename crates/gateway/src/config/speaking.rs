//! How a server is spoken to, and how long it may take.

use std::time::Duration;

use doorward_mcp::era::Revision;

/// What is not left to the answers of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Speaking {
    /// The transport of a server behind a URL.
    pub transport: Transport,
    /// The newest revision that is used; found out when not stated.
    pub revision: Option<Revision>,
    /// How long it may take.
    pub patience: Patience,
}

/// What carries messages to a server behind a URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transport {
    /// Found out by asking.
    #[default]
    Auto,
    /// Streamable HTTP.
    StreamableHttp,
    /// HTTP+SSE of 2024-11-05.
    HttpSse,
}

/// How long a server may take, by what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For the answer to anything but a call: lists, reads, prompts, completions.
    pub answer: Duration,
    /// For the answer to a call, counted anew whenever progress is reported or anything else is
    /// said before the answer.
    pub call: Duration,
    /// For a call in all, whatever is said meanwhile.
    pub call_total: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(60),
            call: Duration::from_secs(600),
            call_total: Duration::from_secs(7200),
        }
    }
}
