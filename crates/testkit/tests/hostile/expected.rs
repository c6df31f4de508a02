//! What a caller is told of each mischief.

use doorward_testkit::hostile::{Link, Mischief};

use crate::front::Front;

const BROKE_OFF: &str = "the MCP server broke off before it answered";
const LATE: &str = "the MCP server did not answer in time";
const NOT_MCP: &str = "the MCP server's answer is not MCP";
const TOO_LARGE: &str = "the MCP server's answer is too large";
const ENDED: &str = "the MCP server's program ended before it answered";

/// The kind of failure; none where no failure can be told:
///
/// - of something long that is passed on while it comes a part has been passed on when it breaks,
///   and how deep an answer is nested is its reader's to judge: between peers of one era bytes
///   pass; who is told something all the time by a program of their own era may leave;
/// - a question of a server with sessions is no mischief, however it is numbered.
pub(crate) fn told(link: Link, front: Front, mischief: Mischief) -> Option<&'static str> {
    match link {
        Link::Stateless | Link::Session => behind_a_url(link, front, mischief),
        Link::HttpSse => on_one_stream(mischief),
        Link::StatelessProgram | Link::SessionProgram => of_a_program(link, front, mischief),
    }
}

fn behind_a_url(link: Link, front: Front, mischief: Mischief) -> Option<&'static str> {
    let passes = front.is_raw(link);
    let unless_it_passes = |told| Some(told).filter(|_| !passes);
    match mischief {
        Mischief::Stalls | Mischief::StallsInside | Mischief::StallsInEvent | Mischief::Floods => {
            Some(LATE)
        }
        Mischief::HangsUp
        | Mischief::ClosesInside
        | Mischief::ClosesInEvent
        | Mischief::ClosesBetween
        | Mischief::EndsUnanswered
        | Mischief::Nothing => Some(BROKE_OFF),
        Mischief::Endless | Mischief::EndlessEvent => unless_it_passes(TOO_LARGE),
        Mischief::Deep => unless_it_passes(NOT_MCP),
        Mischief::Asks => match (passes, link) {
            (true, _) => Some(NOT_MCP),
            (false, Link::Stateless) => Some(BROKE_OFF),
            (false, _) => None,
        },
        Mischief::Redirects => {
            Some("the MCP server answered with a redirect, which is not followed")
        }
        Mischief::Fails => Some("the MCP server failed (HTTP 500)"),
        Mischief::Unauthorized => {
            Some("the MCP server refused the gateway's own credentials (HTTP 401)")
        }
        Mischief::WrongId
        | Mischief::Neither
        | Mischief::Page
        | Mischief::Bomb
        | Mischief::Batch
        | Mischief::BadText
        | Mischief::Garbage => Some(NOT_MCP),
    }
}

/// What is said in answer to a POST says nothing about the answer; what comes on the stream and
/// names nobody is passed over.
fn on_one_stream(mischief: Mischief) -> Option<&'static str> {
    match mischief {
        Mischief::Stalls
        | Mischief::StallsInside
        | Mischief::StallsInEvent
        | Mischief::Floods
        | Mischief::WrongId
        | Mischief::Garbage
        | Mischief::Nothing
        | Mischief::Page
        | Mischief::Bomb => Some(LATE),
        Mischief::HangsUp
        | Mischief::ClosesInside
        | Mischief::ClosesInEvent
        | Mischief::ClosesBetween
        | Mischief::EndsUnanswered => Some(BROKE_OFF),
        Mischief::Endless | Mischief::EndlessEvent => Some(TOO_LARGE),
        Mischief::Asks => None,
        Mischief::Redirects | Mischief::Fails | Mischief::Unauthorized => {
            behind_a_url(Link::Session, Front::Stateless, mischief)
        }
        Mischief::Neither | Mischief::Batch | Mischief::BadText | Mischief::Deep => Some(NOT_MCP),
    }
}

/// A program has no HTTP to misbehave in, and one way to be silent, to end and to say nonsense.
fn of_a_program(link: Link, front: Front, mischief: Mischief) -> Option<&'static str> {
    match mischief {
        Mischief::Stalls | Mischief::StallsInside | Mischief::WrongId | Mischief::Garbage => {
            Some(LATE)
        }
        Mischief::Floods => Some(LATE).filter(|_| !front.is_raw(link)),
        Mischief::HangsUp
        | Mischief::ClosesInside
        | Mischief::ClosesBetween
        | Mischief::Endless => Some(ENDED),
        Mischief::Nothing
        | Mischief::Page
        | Mischief::Bomb
        | Mischief::Redirects
        | Mischief::Fails
        | Mischief::Unauthorized
        | Mischief::StallsInEvent
        | Mischief::ClosesInEvent
        | Mischief::EndsUnanswered
        | Mischief::EndlessEvent => None,
        Mischief::Asks => Some(LATE).filter(|_| link.is_stateless()),
        Mischief::Neither | Mischief::Batch | Mischief::BadText | Mischief::Deep => Some(NOT_MCP),
    }
}
