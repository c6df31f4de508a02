//! What becomes of a client's message on the way into the other era: one table for each way.

use crate::method::Method;

/// What becomes of a request of a session client in front of a stateless server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionRequest {
    /// Answered from `server/discover` (P-032).
    Open,
    /// Answered at once.
    Pong,
    /// Remembered for the `_meta` of later requests (P-039).
    SetLevel,
    /// Changes what the gateway listens for (P-038).
    Subscribe,
    /// The same.
    Unsubscribe,
    /// Passed on, translated.
    Forward,
    /// Does not exist across eras: `-32601` (P-043).
    Unknown,
}

/// What becomes of a notification of a session client in front of a stateless server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionNotice {
    /// Ends the request that it names (P-037).
    Cancel,
    /// Means something to the gateway at most (P-039).
    Absorb,
}

/// What becomes of a request of a stateless client in front of a session server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatelessRequest {
    /// Answered from what the server said to `initialize`.
    Discover,
    /// Listens on the stream of a session (P-026).
    Listen,
    /// Passed on, translated.
    Forward,
    /// Does not exist across eras: `-32601` (P-043).
    Unknown,
}

/// Looks up a request of a session client.
pub const fn session_request(method: Method) -> SessionRequest {
    match method {
        Method::Initialize => SessionRequest::Open,
        Method::Ping => SessionRequest::Pong,
        Method::SetLevel => SessionRequest::SetLevel,
        Method::ResourcesSubscribe => SessionRequest::Subscribe,
        Method::ResourcesUnsubscribe => SessionRequest::Unsubscribe,
        _ if is_shared(method) => SessionRequest::Forward,
        _ => SessionRequest::Unknown,
    }
}

/// Looks up a notification of a session client.
pub const fn session_notice(method: Method) -> SessionNotice {
    match method {
        Method::Cancelled => SessionNotice::Cancel,
        _ => SessionNotice::Absorb,
    }
}

/// Looks up a request of a stateless client.
pub const fn stateless_request(method: Method) -> StatelessRequest {
    match method {
        Method::Discover => StatelessRequest::Discover,
        Method::SubscriptionsListen => StatelessRequest::Listen,
        _ if is_shared(method) => StatelessRequest::Forward,
        _ => StatelessRequest::Unknown,
    }
}

/// The requests that both eras have and mean the same by. Tasks are not among them.
const fn is_shared(method: Method) -> bool {
    matches!(
        method,
        Method::ToolsList
            | Method::ToolsCall
            | Method::PromptsList
            | Method::PromptsGet
            | Method::ResourcesList
            | Method::ResourceTemplatesList
            | Method::ResourcesRead
            | Method::Complete
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{era::Revision, method::Shape};

    #[test]
    fn what_is_passed_on_exists_on_both_sides() {
        let requests = Method::ALL
            .iter()
            .filter(|method| method.shape() == Shape::Request);
        for method in requests {
            let shared = method.from_client(Revision::V2026_07_28)
                && method.from_client(Revision::V2024_11_05);
            let passed = session_request(*method) == SessionRequest::Forward;
            assert_eq!(passed, shared, "{method:?}");
            let passed = stateless_request(*method) == StatelessRequest::Forward;
            assert_eq!(passed, shared, "{method:?}");
        }
    }

    #[test]
    fn what_one_side_alone_has_is_answered_by_the_gateway_or_unknown() {
        // P-032, P-038, P-039, P-043, R-069
        for (method, fate) in [
            (Method::Initialize, SessionRequest::Open),
            (Method::Ping, SessionRequest::Pong),
            (Method::SetLevel, SessionRequest::SetLevel),
            (Method::ResourcesSubscribe, SessionRequest::Subscribe),
            (Method::ResourcesUnsubscribe, SessionRequest::Unsubscribe),
            (Method::TasksGet, SessionRequest::Unknown),
            (Method::TasksResult, SessionRequest::Unknown),
            (Method::TasksList, SessionRequest::Unknown),
            (Method::Discover, SessionRequest::Unknown),
            (Method::SubscriptionsListen, SessionRequest::Unknown),
        ] {
            assert_eq!(session_request(method), fate, "{method:?}");
        }
        for (method, fate) in [
            (Method::Discover, StatelessRequest::Discover),
            (Method::SubscriptionsListen, StatelessRequest::Listen),
            (Method::TasksUpdate, StatelessRequest::Unknown),
            (Method::Initialize, StatelessRequest::Unknown),
            (Method::Ping, StatelessRequest::Unknown),
        ] {
            assert_eq!(stateless_request(method), fate, "{method:?}");
        }
        for (method, fate) in [
            (Method::Cancelled, SessionNotice::Cancel),
            (Method::Initialized, SessionNotice::Absorb),
            (Method::RootsListChanged, SessionNotice::Absorb),
            (Method::Progress, SessionNotice::Absorb),
        ] {
            assert_eq!(session_notice(method), fate, "{method:?}");
        }
    }
}
