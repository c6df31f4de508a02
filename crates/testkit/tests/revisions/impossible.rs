//! What two revisions cannot say to each other, and why. Everything that is not here works.

use doorward_mcp::era::Revision;

use crate::features::Feature;

/// Why no gateway can make this work, with the clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reason {
    pub(crate) text: &'static str,
    /// What the client is told instead.
    told: &'static [&'static str],
}

const SERVER_CANNOT_ELICIT: Reason = Reason {
    text: "The server's revision has no elicitation (new in 2025-06-18): it never asks, and its tool says so.",
    told: &["cannot be asked"],
};

const CLIENT_CANNOT_BE_ASKED: Reason = Reason {
    text: "The client's revision has no elicitation (new in 2025-06-18), so that nothing declares it, and a server MUST NOT ask a client that does not (2025-06-18 client/elicitation, 2026-07-28 basic/patterns/mrtr; P-033). What the server says to clients that cannot be asked reaches the client.",
    told: &[
        "cannot be asked",
        "-32603",
        "Missing required client capability",
    ],
};

const SERVER_HAS_NO_PAGES: Reason = Reason {
    text: "The server's revision cannot ask anybody to visit a page (URL mode is new in 2025-11-25): it never asks, and its tool says so.",
    told: &["cannot be asked"],
};

const CLIENT_HAS_NO_PAGES: Reason = Reason {
    text: "The client's revision has no URL mode (new in 2025-11-25), so that nothing declares it, and a server MUST NOT use a mode that the client does not declare (2025-11-25 and 2026-07-28 client/elicitation; P-033, P-036). What the server says to such clients reaches the client.",
    told: &[
        "cannot be asked",
        "-32603",
        "Missing required client capability",
    ],
};

/// Why `feature` cannot work between these two; `None` when it has to.
pub(crate) fn reason(client: Revision, server: Revision, feature: Feature) -> Option<Reason> {
    let visits = |revision| revision >= Revision::V2025_11_25;
    let elicits = |revision| revision >= Revision::V2025_06_18;
    match feature {
        Feature::Elicitation if !elicits(server) => Some(SERVER_CANNOT_ELICIT),
        Feature::Elicitation if !elicits(client) => Some(CLIENT_CANNOT_BE_ASKED),
        Feature::Visit if !visits(server) => Some(SERVER_HAS_NO_PAGES),
        Feature::Visit if !visits(client) => Some(CLIENT_HAS_NO_PAGES),
        _ => None,
    }
}

impl Reason {
    /// Whether the client was told what it should be.
    pub(crate) fn was_told(self, said: &str) -> bool {
        self.told.iter().any(|told| said.contains(told))
    }
}
