//! What the tests of this folder share.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

use doorward_core::{
    dpop::Policy, entropy::Entropy, permit::AllowList, server::ServerName, step_up::StepUp,
};

use super::{Processes, Program, StdioUpstream, home::Home};
use crate::config::{
    Exposure, GatewayLimits, ProcessConfig, ServerConfig, Speaking, UpstreamConfig,
};

/// A server whose program is this shell script.
pub(super) fn home(script: &str) -> Arc<Home> {
    home_with(script, ProcessConfig::default())
}

/// The same, with its processes run like this.
pub(super) fn home_with(script: &str, run: ProcessConfig) -> Arc<Home> {
    let server = server(script);
    let program = (Program::new(&server).expect("a command"), run);
    let processes = Processes::new(&GatewayLimits::default());
    let changes = Arc::default();
    Arc::new(Home::new(server.name, program, processes, 4096, changes))
}

/// The same as an upstream.
pub(super) fn upstream(script: &str) -> Arc<StdioUpstream> {
    let server = server(script);
    let program = Program::new(&server).expect("a command");
    let program = (program, ProcessConfig::default());
    let limits = GatewayLimits::default();
    let own = (&limits, Arc::default());
    let (processes, entropy) = (Processes::new(&limits), Arc::new(Counted::default()));
    StdioUpstream::new(server.name, program, processes, entropy, own)
}

/// Chance that is none.
#[derive(Default)]
struct Counted(AtomicU8);

impl Entropy for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
    }
}

/// The configuration of it.
pub(crate) fn server(script: &str) -> ServerConfig {
    ServerConfig {
        name: ServerName::parse("files").expect("a name"),
        title: None,
        upstream: UpstreamConfig::Stdio {
            command: ["/bin/sh", "-c", script].map(str::to_owned).to_vec(),
            environment: Vec::new(),
            directory: None,
            process: ProcessConfig::default(),
        },
        speaking: Speaking::default(),
        allow: AllowList::default(),
        step_up: StepUp::default(),
        dpop: Policy::default(),
        exposure: Exposure::default(),
    }
}
