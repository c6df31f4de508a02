//! What the operating system lets this process hold.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// More open files than this are never needed.
const ENOUGH: u64 = 65_536 + OWN;
/// Files that are no connections.
const OWN: u64 = 128;

/// Raises the number of open files as far as allowed, and returns how many connections fit at
/// all listeners together: each may need one file for the client and one for the server behind.
pub(crate) fn raise_file_limit() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.unwrap_or(ENOUGH).min(ENOUGH);
    let now = limit.current.unwrap_or(ENOUGH);
    let raised = Rlimit {
        current: Some(most.max(now)),
        maximum: limit.maximum,
    };
    let files = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => most.max(now),
        Err(_) => now,
    };
    usize::try_from(files.saturating_sub(OWN) / 2)
        .unwrap_or(usize::MAX)
        .max(64)
}

/// What an operator should know when so few connections fit; nothing, when they are enough for ten
/// thousand clients that only listen.
pub(crate) fn too_few(connections: usize) -> Option<String> {
    let files = 2 * MANY + usize::try_from(OWN).unwrap_or_default();
    (connections < MANY).then(|| {
        format!(
            "few files may be open (ulimit -Hn): {connections} clients can be connected at a time, \
             each with a connection to its server; {MANY} need a limit of {files} (LimitNOFILE= in \
             a systemd unit, --ulimit nofile={files} with docker run)"
        )
    })
}

/// So many clients that only listen are held by one process.
const MANY: usize = 10_000;

/// How many of `places` one user may have where so many connections fit: however many they take,
/// most are left for others (GW-25).
pub(crate) fn share(places: usize, connections: usize) -> usize {
    places.min((connections / 4).max(1))
}

#[cfg(test)]
mod tests {
    use doorward_gateway::GatewayLimits;

    use super::*;

    #[test]
    fn nobody_has_more_than_a_quarter_of_all_connections() {
        // GW-25
        for (places, connections, expected) in [
            (8192, 64, 16),
            (8192, 448, 112),
            (8192, 100_000, 8192),
            (2, 64, 2),
            (8192, 0, 1),
        ] {
            assert_eq!(share(places, connections), expected);
        }
    }

    #[test]
    fn the_operator_hears_how_many_files_are_wanted_when_there_are_too_few() {
        let told = too_few(448).expect("too few");
        for part in ["448 clients", "20128", "LimitNOFILE"] {
            assert!(told.contains(part), "{told}");
        }
        assert_eq!(too_few(10_000), None);
    }

    #[test]
    fn where_files_are_plenty_a_user_has_what_is_documented() {
        let connections = usize::try_from((ENOUGH - OWN) / 2).expect("small");
        let documented = GatewayLimits::default().streams;
        assert_eq!(share(documented, connections), documented);
    }
}
