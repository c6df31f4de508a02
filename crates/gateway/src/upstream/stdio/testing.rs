//! What the tests of this folder share.

use std::sync::Arc;

use doorward_core::{dpop::Policy, permit::AllowList, server::ServerName, step_up::StepUp};

use super::{Processes, Program, home::Home};
use crate::config::{GatewayLimits, ServerConfig, UpstreamConfig};

/// A server whose program is this shell script.
pub(super) fn home(script: &str) -> Arc<Home> {
    let server = ServerConfig {
        name: ServerName::parse("files").expect("a name"),
        title: None,
        upstream: UpstreamConfig::Stdio {
            command: ["/bin/sh", "-c", script].map(str::to_owned).to_vec(),
            environment: Vec::new(),
            directory: None,
        },
        allow: AllowList::default(),
        step_up: StepUp::default(),
        dpop: Policy::default(),
    };
    let program = Program::new(&server).expect("a command");
    let processes = Processes::new(&GatewayLimits::default());
    let changes = Arc::default();
    Arc::new(Home::new(server.name, program, processes, 4096, changes))
}
