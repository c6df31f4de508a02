//! Messages of one revision in the words of another, as pure functions.
//!
//! ```text
//! stateless client (2026-07-28) -> session server      session client -> stateless server
//!   request_to_session                                    request_to_stateless, Speaker
//!   result_to_stateless, tools_to_stateless               read_result, result_to_session
//!   error_to_stateless                                    error_to_session
//!   InputRequest::of_request, input_required              InputRequired, InputRequest::to_request
//!   InputResponses, InputKind::response                   InputRequest::answer, retry
//!   discover_result                                       initialize_result
//!   Filter::granted, acknowledged, for_listener           Filter::offered, listen_request, for_session
//! ```
//!
//! Each takes a message that was read once ([`crate::envelope`]) and small values, and makes
//! bytes: ids, tokens and the members that a revision demands change, everything else keeps its
//! bytes. [`session_request`] and its siblings say which messages are passed on at all, and
//! [`content`] what an older revision gets in place of content that it does not have.
//!
//! # What cannot be said
//!
//! | what | why | what happens |
//! |---|---|---|
//! | tasks of 2025-11-25 and of the extension of 2026-07-28 | other methods, other life cycle | hidden: capability, `task`, `execution` go, `tasks/*` is `-32601`, a tool that is a task only is not listed (P-043) |
//! | a question of a session server outside of a call, prompt or read | 2026-07-28 has no place for it | declined (P-021) |
//! | progress and log messages of a client | 2026-07-28 has none | absorbed (P-039) |
//! | `roots/list_changed` | nobody can be told | absorbed; roots are asked anew (P-039) |
//! | `elicitation/complete` | the retry tells | swallowed (P-024) |
//! | URL elicitation before 2025-11-25 | no such mode | an error with the URL to open (P-036) |
//! | elicitation before 2025-06-18 | no such request | not declared to the server, so not asked (P-033) |
//! | completions of a server of 2024-11-05 | it cannot declare them | not offered to others |
//!
//! The same for readers of the book is in `docs/translation.md`.
//!
//! It refuses what a server says wrongly ([`Fault`]): unknown types of results, questions that
//! are none, lists that are no lists.

mod capability;
mod client;
pub mod content;
mod failure;
mod fate;
mod fault;
mod input;
mod listen;
mod notice;
mod opening;
mod request;
mod result;
mod tools;

pub use capability::{ClientCapabilities, Reach, server_capabilities};
pub use client::{Client, Opening, Speaker};
pub use failure::{
    Failure, RESOURCE_NOT_FOUND, code_to_stateless, error_to_session, error_to_stateless,
};
pub use fate::{
    SessionNotice, SessionRequest, StatelessRequest, session_notice, session_request,
    stateless_request,
};
pub use fault::Fault;
pub use input::{
    Answer, InputKind, InputRequest, InputRequired, InputResponses, MAX_INPUTS, UrlElicitation,
    input_required, url_elicitation_error, url_tool_error,
};
pub use listen::{
    Filter, MAX_SUBSCRIPTIONS, MAX_URI, acknowledged, listen_ended, listen_request,
    subscribe_request, updated_uri,
};
pub use notice::{
    Destination, cancellation_reason, cancelled, destination, destination_in_session, for_listener,
    for_session, is_logged, level_set, progress_for, set_level_request,
};
pub use opening::{
    INITIALIZED, Offer, agreed_revision, capabilities, discover_request, discover_result,
    initialize_agreeing, initialize_asking, initialize_request, initialize_result,
    supported_versions,
};
pub use request::{Hop, request_renamed, request_to_session, request_to_stateless, retry, salient};
pub use result::{
    Reading, is_cacheable, pong, read_result, response_renamed, result_to_session,
    result_to_stateless, takes_input,
};
pub use tools::{MAX_SCHEMA, MAX_SCHEMA_DEPTH, ToolNote, ToolReason, examine, tools_to_stateless};
