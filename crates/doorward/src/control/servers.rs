//! Answering what is asked about servers that are programs.

use doorward_core::server::ServerName;
use doorward_gateway::{ProgramFacts, ServerLine, Sharing};

use super::{AdminResponse, Office, ProgramRow, ServerLineRow};
use crate::wire::House;

impl Office {
    /// The servers that are programs; one of them when it is named.
    pub(super) async fn programs(&self, name: Option<ServerName>) -> Result<AdminResponse, String> {
        let all = self.running()?.gateway().programs().await;
        let wanted = |facts: &ProgramFacts| name.as_ref().is_none_or(|name| facts.server == *name);
        let programs: Vec<_> = all.into_iter().filter(wanted).map(row).collect();
        match (programs.is_empty(), name) {
            (true, Some(name)) => Err(not_a_program(&name)),
            _ => Ok(AdminResponse::Programs { programs }),
        }
    }

    /// The newest lines of a server's standard error.
    pub(super) fn server_lines(
        &self,
        server: &ServerName,
        most: usize,
        process: Option<u64>,
    ) -> Result<AdminResponse, String> {
        let lines = self
            .running()?
            .gateway()
            .server_lines(server, most, process);
        let lines = lines.ok_or_else(|| not_a_program(server))?;
        let lines = lines.into_iter().map(line).collect();
        Ok(AdminResponse::ServerLines { lines })
    }

    fn running(&self) -> Result<&House, String> {
        self.house.as_ref().ok_or_else(|| {
            "nothing is running on this data folder: servers run with `doorward serve` or `up`"
                .to_owned()
        })
    }
}

fn not_a_program(name: &ServerName) -> String {
    format!("there is no server `{name}` that is a program")
}

fn row(facts: ProgramFacts) -> ProgramRow {
    let sharing = match facts.sharing {
        Sharing::Shared => "shared",
        Sharing::PerUser => "per-user",
        Sharing::PerSession => "per-session",
    };
    ProgramRow {
        server: facts.server,
        process: sharing.to_owned(),
        processes: facts.processes,
        sandbox: facts.sandbox.as_str().to_owned(),
        refusal: facts.refusal,
        rules: facts.report.map(|report| report.facts).unwrap_or_default(),
    }
}

fn line(line: ServerLine) -> ServerLineRow {
    ServerLineRow {
        seconds_ago: line.age.as_secs(),
        process: line.process,
        text: line.text,
    }
}
