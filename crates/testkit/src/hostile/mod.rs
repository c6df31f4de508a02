//! MCP servers that behave badly when they are called so: every tool of theirs is a mischief, but
//! for [`FINE`], which answers as it should.
//!
//! ```text
//! tools/call NAME -> Mischief::of_name -> Script -> written as it is, byte by byte
//! ```
//!
//! What they say that they should not has [`SECRET`] in it, and the credentials with which they
//! were asked: neither may ever be seen by a caller.

#![expect(
    clippy::indexing_slicing,
    reason = "a member that a JSON value lacks is null; nothing else is indexed"
)]

mod answers;
mod http;
mod mischief;
mod program;
mod script;

use std::path::Path;

use doorward_gateway::{ProcessConfig, UpstreamConfig};

use self::http::server;

pub use self::{mischief::Mischief, program::run_program};

/// The tool that behaves.
pub const FINE: &str = "fine";
/// What only the server knows.
pub const SECRET: &str = "upstream-secret-7d1f";
/// What the gateway tells the server, and nobody else.
pub const CREDENTIAL: &str = "upstream-credential-93ab";

/// What carries messages to a server, and what it speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Link {
    /// 2026-07-28 over Streamable HTTP.
    Stateless,
    /// 2025-11-25 over Streamable HTTP.
    Session,
    /// 2024-11-05 over HTTP+SSE.
    HttpSse,
    /// 2026-07-28 over a pipe.
    StatelessProgram,
    /// 2025-11-25 over a pipe.
    SessionProgram,
}

impl Link {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Stateless,
        Self::Session,
        Self::HttpSse,
        Self::StatelessProgram,
        Self::SessionProgram,
    ];

    /// How a cell is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stateless => "stateless",
            Self::Session => "session",
            Self::HttpSse => "sse",
            Self::StatelessProgram => "stateless-program",
            Self::SessionProgram => "session-program",
        }
    }

    /// Whether it is a program.
    pub fn is_program(self) -> bool {
        matches!(self, Self::StatelessProgram | Self::SessionProgram)
    }

    /// Whether it speaks 2026-07-28.
    pub fn is_stateless(self) -> bool {
        matches!(self, Self::Stateless | Self::StatelessProgram)
    }

    /// Starts a server, or says how one is started: by `executable`, which has to call
    /// [`run_program`].
    pub async fn start(self, executable: &Path) -> UpstreamConfig {
        if self.is_program() {
            let executable = executable.to_string_lossy().into_owned();
            return UpstreamConfig::Stdio {
                command: vec![executable, program::WORD.to_owned(), self.name().to_owned()],
                environment: vec![("CREDENTIAL".to_owned(), CREDENTIAL.to_owned())],
                directory: None,
                process: ProcessConfig::default(),
            };
        }
        let url = server(self).await;
        let name = "x-upstream-key".parse().expect("a header name");
        let value = CREDENTIAL.parse().expect("a header value");
        UpstreamConfig::Http {
            url: url.parse().expect("a URL"),
            headers: vec![(name, value)],
        }
    }
}
