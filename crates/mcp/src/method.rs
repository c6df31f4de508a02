//! The methods of the protocol: who may send them, since when, and what they are.
//!
//! A method that is not in the table does not exist (GW-14): there is no prefix
//! match and no default. Requests and notifications are looked up separately, so
//! that a `tools/call` without an id, or a notification with one, is unknown.
//!
//! No method was ever removed between the revisions of the session era, and the
//! stateless era is one revision so far; one row therefore says since when a
//! method exists in the session era, and who may send it in each era.

use crate::era::{Era, Revision};
use Class::{
    Call, Complete, Discover, Elicit, Get, Lifecycle, List, Log, Progress, Read, Sample, Subscribe,
    Task,
};
use Sender::{Both, Client, Neither, Server};
use Shape::{Notification, Request};

/// Whether a message with this method expects an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// It carries an id and is answered.
    Request,
    /// It carries no id and is not answered.
    Notification,
}

/// Who may send a method in one era.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sender {
    /// Clients only.
    Client,
    /// Servers only.
    Server,
    /// Clients and servers.
    Both,
    /// Nobody: the method does not exist in that era.
    Neither,
}

/// What a method does, as scopes and policies see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Opens, keeps or ends a session or a request; reveals nothing of a server.
    Lifecycle,
    /// Says what a server is and can do.
    Discover,
    /// Lists tools, prompts, resources, templates or tasks.
    List,
    /// Calls a tool.
    Call,
    /// Reads a resource.
    Read,
    /// Gets a prompt.
    Get,
    /// Suggests values for an argument of a prompt or a resource template.
    Complete,
    /// Asks for change notifications, or is one.
    Subscribe,
    /// Follows a task that a call has started.
    Task,
    /// Log messages and their level.
    Log,
    /// Progress of a request.
    Progress,
    /// A server asks the user for input.
    Elicit,
    /// A server asks the client for its model or its roots.
    Sample,
}

/// Declares [`Method`] and its table from one row per method.
macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident $wire:literal $shape:ident $class:ident,
        session $since:ident by $session:ident, stateless by $stateless:ident;)*) => {
        /// A method of the protocol.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Method {
            $($(#[$doc])* #[doc = concat!("`", $wire, "`")] $name,)*
        }

        impl Method {
            /// Every method, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Finds a method by its exact name, whatever its shape.
            fn named(name: &str) -> Option<Self> {
                match name {
                    $($wire => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// The method's name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $wire,)* }
            }

            /// Whether it is a request or a notification.
            pub const fn shape(self) -> Shape {
                match self { $(Self::$name => $shape,)* }
            }

            /// What it does, as scopes and policies see it.
            pub const fn class(self) -> Class {
                match self { $(Self::$name => $class,)* }
            }

            /// Since when it exists, and who sends it in the session era, and in
            /// the stateless era.
            const fn senders(self) -> (Revision, Sender, Sender) {
                match self { $(Self::$name => (Revision::$since, $session, $stateless),)* }
            }
        }
    };
}

#[rustfmt::skip]
methods! {
    Initialize "initialize" Request Lifecycle, session V2024_11_05 by Client, stateless by Neither;
    Ping "ping" Request Lifecycle, session V2024_11_05 by Both, stateless by Neither;
    Discover "server/discover" Request Discover, session V2024_11_05 by Neither, stateless by Client;
    ToolsList "tools/list" Request List, session V2024_11_05 by Client, stateless by Client;
    ToolsCall "tools/call" Request Call, session V2024_11_05 by Client, stateless by Client;
    PromptsList "prompts/list" Request List, session V2024_11_05 by Client, stateless by Client;
    PromptsGet "prompts/get" Request Get, session V2024_11_05 by Client, stateless by Client;
    ResourcesList "resources/list" Request List, session V2024_11_05 by Client, stateless by Client;
    ResourceTemplatesList "resources/templates/list" Request List, session V2024_11_05 by Client, stateless by Client;
    ResourcesRead "resources/read" Request Read, session V2024_11_05 by Client, stateless by Client;
    ResourcesSubscribe "resources/subscribe" Request Subscribe, session V2024_11_05 by Client, stateless by Neither;
    ResourcesUnsubscribe "resources/unsubscribe" Request Subscribe, session V2024_11_05 by Client, stateless by Neither;
    SubscriptionsListen "subscriptions/listen" Request Subscribe, session V2024_11_05 by Neither, stateless by Client;
    Complete "completion/complete" Request Complete, session V2024_11_05 by Client, stateless by Client;
    SetLevel "logging/setLevel" Request Log, session V2024_11_05 by Client, stateless by Neither;
    TasksGet "tasks/get" Request Task, session V2025_11_25 by Both, stateless by Client;
    TasksResult "tasks/result" Request Task, session V2025_11_25 by Both, stateless by Neither;
    TasksCancel "tasks/cancel" Request Task, session V2025_11_25 by Both, stateless by Client;
    TasksUpdate "tasks/update" Request Task, session V2025_11_25 by Neither, stateless by Client;
    TasksList "tasks/list" Request List, session V2025_11_25 by Both, stateless by Neither;
    RootsList "roots/list" Request Sample, session V2024_11_05 by Server, stateless by Neither;
    CreateMessage "sampling/createMessage" Request Sample, session V2024_11_05 by Server, stateless by Neither;
    ElicitationCreate "elicitation/create" Request Elicit, session V2025_06_18 by Server, stateless by Neither;
    Initialized "notifications/initialized" Notification Lifecycle, session V2024_11_05 by Client, stateless by Neither;
    Cancelled "notifications/cancelled" Notification Lifecycle, session V2024_11_05 by Both, stateless by Both;
    Progress "notifications/progress" Notification Progress, session V2024_11_05 by Both, stateless by Server;
    LogMessage "notifications/message" Notification Log, session V2024_11_05 by Server, stateless by Server;
    RootsListChanged "notifications/roots/list_changed" Notification Sample, session V2024_11_05 by Client, stateless by Neither;
    ToolsListChanged "notifications/tools/list_changed" Notification Subscribe, session V2024_11_05 by Server, stateless by Server;
    PromptsListChanged "notifications/prompts/list_changed" Notification Subscribe, session V2024_11_05 by Server, stateless by Server;
    ResourcesListChanged "notifications/resources/list_changed" Notification Subscribe, session V2024_11_05 by Server, stateless by Server;
    ResourceUpdated "notifications/resources/updated" Notification Subscribe, session V2024_11_05 by Server, stateless by Server;
    SubscriptionAcknowledged "notifications/subscriptions/acknowledged" Notification Subscribe, session V2024_11_05 by Neither, stateless by Server;
    ElicitationComplete "notifications/elicitation/complete" Notification Elicit, session V2025_11_25 by Server, stateless by Neither;
    TaskStatus "notifications/tasks/status" Notification Task, session V2025_11_25 by Both, stateless by Neither;
    TaskChanged "notifications/tasks" Notification Task, session V2025_11_25 by Neither, stateless by Server;
}

/// The member of `params` that says what a method is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubjectField {
    /// `params.name`, the name of a tool.
    ToolName,
    /// `params.name`, the name of a prompt.
    PromptName,
    /// `params.uri`, the identifier of a resource.
    ResourceUri,
    /// `params.taskId`.
    TaskId,
    /// `params.ref`, a prompt's name or a resource template.
    Reference,
}

impl Method {
    /// The request of this exact name.
    pub fn request(name: &str) -> Option<Self> {
        Self::named(name).filter(|method| method.shape() == Request)
    }

    /// The notification of this exact name.
    pub fn notification(name: &str) -> Option<Self> {
        Self::named(name).filter(|method| method.shape() == Notification)
    }

    /// Whether a client may send it under `revision`.
    pub fn from_client(self, revision: Revision) -> bool {
        matches!(self.sender(revision), Client | Both)
    }

    /// Whether a server may send it under `revision`. Requests of servers exist
    /// in the session era only.
    pub fn from_server(self, revision: Revision) -> bool {
        matches!(self.sender(revision), Server | Both)
    }

    /// Who may send it under `revision`.
    pub fn sender(self, revision: Revision) -> Sender {
        let (since, session, stateless) = self.senders();
        match revision.era() {
            Era::Stateless => stateless,
            Era::Session if revision < since => Neither,
            Era::Session => session,
        }
    }

    /// Which member of `params` says what it is about, if one must.
    pub const fn subject(self) -> Option<SubjectField> {
        match self {
            Self::ToolsCall => Some(SubjectField::ToolName),
            Self::PromptsGet => Some(SubjectField::PromptName),
            Self::ResourcesRead | Self::ResourcesSubscribe | Self::ResourcesUnsubscribe => {
                Some(SubjectField::ResourceUri)
            }
            Self::TasksGet | Self::TasksResult | Self::TasksCancel | Self::TasksUpdate => {
                Some(SubjectField::TaskId)
            }
            Self::Complete => Some(SubjectField::Reference),
            _ => None,
        }
    }

    /// Whether its subject must be mirrored in `Mcp-Name`.
    pub const fn needs_name_header(self) -> bool {
        matches!(
            self,
            Self::ToolsCall | Self::PromptsGet | Self::ResourcesRead
        )
    }
}

#[cfg(test)]
mod tests;
