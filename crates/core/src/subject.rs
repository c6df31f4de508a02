//! Whom a grant and its tokens speak of: a person, or a client that acts for itself.
//!
//! Both share the one `sub` claim. A client's is `client:` and its identifier; a
//! user's is 32 hexadecimal digits. So neither can be taken for the other, whatever a
//! client is called (A-058, RFC 9700 section 4.15).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{ClientId, UserId};

/// What no user's identity starts with.
const CLIENT: &str = "client:";

/// A person or a client, as `sub` names it (RFC 9068 section 2.2).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Subject {
    /// A person, in whose name a client acts.
    User(UserId),
    /// A client that acts for itself, without any person.
    Client(ClientId),
}

/// The text names neither a user nor a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sub is empty")]
pub struct NotASubject;

impl Subject {
    /// Reads a `sub` claim that this server wrote.
    pub fn parse(text: &str) -> Result<Self, NotASubject> {
        match text.strip_prefix(CLIENT) {
            Some("") => Err(NotASubject),
            Some(id) => Ok(Self::Client(ClientId::from_known(id))),
            None if text.is_empty() => Err(NotASubject),
            None => Ok(Self::User(UserId::from_known(text))),
        }
    }

    /// The person, if it is one.
    pub fn user(&self) -> Option<&UserId> {
        match self {
            Self::User(id) => Some(id),
            Self::Client(_) => None,
        }
    }

    /// The client, if it acts for itself.
    pub fn client(&self) -> Option<&ClientId> {
        match self {
            Self::Client(id) => Some(id),
            Self::User(_) => None,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "{id}"),
            Self::Client(id) => write!(f, "{CLIENT}{id}"),
        }
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.to_string()
    }
}

impl TryFrom<String> for Subject {
    type Error = NotASubject;

    fn try_from(text: String) -> Result<Self, NotASubject> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_never_read_as_a_user() {
        let user = Subject::User(UserId::from_random([0xc1; 16]));
        let named_like_it = Subject::Client(ClientId::from_known(user.to_string()));
        let named_like_a_client = Subject::Client(ClientId::from_known("client:x"));
        let url = Subject::Client(ClientId::from_known("https://app.example/client.json"));
        for subject in [&user, &named_like_it, &named_like_a_client, &url] {
            assert_eq!(Subject::parse(&subject.to_string()).as_ref(), Ok(subject));
        }
        assert_ne!(user.to_string(), named_like_it.to_string());
    }

    #[test]
    fn a_subject_that_names_nobody_is_refused() {
        for nobody in ["", "client:"] {
            assert_eq!(Subject::parse(nobody), Err(NotASubject), "{nobody:?}");
        }
    }
}
