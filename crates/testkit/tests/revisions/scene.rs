//! A client, a server, and what is found out about the two.

use std::path::Path;

use doorward_mcp::era::Revision;
use doorward_testkit::peers::{Client, Witness};

use crate::{
    features::{Between, Feature},
    impossible,
};

/// The program of servers over stdio.
pub(crate) fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_fake-mcp-server"))
}

/// Tries every feature; returns what is not as the table says, each with its cell.
pub(crate) async fn deviations(
    cell: &str,
    client: Client,
    server: Revision,
    witness: &Witness,
    owner: &str,
) -> Vec<String> {
    let mut found = Vec::new();
    let revision = client.revision();
    for feature in Feature::ALL {
        let between = Between {
            client: &client,
            witness,
            name: owner,
            server,
        };
        let outcome = feature.works(&between).await;
        let wrong = match (impossible::reason(revision, server, feature), outcome) {
            (None, Ok(())) => None,
            (None, Err(reason)) => Some(reason),
            (Some(_), Ok(())) => Some("works, and is listed as impossible".to_owned()),
            (Some(listed), Err(said)) => {
                (!listed.was_told(&said)).then(|| format!("does not say why: {said}"))
            }
        };
        let name = feature.name();
        found.extend(wrong.map(|reason| format!("{cell}, {name}: {reason}")));
    }
    let violations = client.violations();
    client.close().await;
    let violations = violations.into_iter().chain(witness.violations());
    found.extend(violations.map(|violation| format!("{cell}: {violation}")));
    found
}
