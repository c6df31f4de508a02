//! The table of `docs/revisions.md`: one row a pair, one column a feature, as
//! [`every_client_reaches_every_server_as_the_table_says`](crate::pairs) found it.

use doorward_mcp::era::Revision;

use crate::{
    features::Feature,
    impossible::{self, Reason},
};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/revisions.md");
const START: &str = "<!-- pairs: made from the tests -->\n";
const END: &str = "<!-- end of pairs -->";

#[test]
fn the_book_shows_what_every_pair_can_do_and_why_the_rest_cannot_be() {
    let written = std::fs::read_to_string(PAGE).expect("docs/revisions.md");
    let (head, rest) = written.split_once(START).expect("start mark");
    let (listed, tail) = rest.split_once(END).expect("end mark");
    let expected = table();
    if std::env::var_os("DOORWARD_WRITE_DOCS").is_some() {
        std::fs::write(PAGE, format!("{head}{START}{expected}{END}{tail}")).expect("written");
        return;
    }
    assert_eq!(
        listed, expected,
        "run the tests once with DOORWARD_WRITE_DOCS=1"
    );
}

fn table() -> String {
    let mut reasons: Vec<Reason> = Vec::new();
    let names = Feature::ALL.map(Feature::name);
    let mut table = format!("\n| client | server | {} |\n|---|---|", names.join(" | "));
    table.push_str(&"---|".repeat(names.len()));
    table.push('\n');
    for (client, server) in Revision::ALL
        .into_iter()
        .flat_map(|client| Revision::ALL.map(|server| (client, server)))
    {
        table.push_str(&format!("| {client} | {server} |"));
        for feature in Feature::ALL {
            let cell = match impossible::reason(client, server, feature) {
                None => "yes".to_owned(),
                Some(reason) => format!("({})", number(&mut reasons, reason)),
            };
            table.push_str(&format!(" {cell} |"));
        }
        table.push('\n');
    }
    for (index, reason) in reasons.iter().enumerate() {
        table.push_str(&format!("\n({}) {}\n", index + 1, reason.text));
    }
    table.push('\n');
    table
}

/// Reasons are numbered in the order in which the table comes upon them.
fn number(reasons: &mut Vec<Reason>, reason: Reason) -> usize {
    let known = reasons.iter().position(|known| *known == reason);
    known.unwrap_or_else(|| {
        reasons.push(reason);
        reasons.len() - 1
    }) + 1
}
