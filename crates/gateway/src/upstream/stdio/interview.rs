//! A process for the gateway's own questions, ended with the last of them.

use std::sync::Arc;

use bytes::Bytes;
use doorward_core::subject::Subject;
use doorward_mcp::{envelope::Message, method::Method};

use super::{
    home::Home,
    process::Text,
    routes::Ask,
    session::{Session, Telling},
    shared::Shared,
    slots::nobody,
};
use crate::upstream::Fault;

/// Asks a program, in the era that the questions are in.
pub(crate) struct Interview {
    home: Arc<Home>,
    user: Subject,
    session: Option<Arc<Session>>,
    shared: Option<Arc<Shared>>,
}

impl Interview {
    pub(super) fn new(home: Arc<Home>) -> Self {
        Self {
            home,
            user: nobody(),
            session: None,
            shared: None,
        }
    }

    /// Sends a request and waits for its response; other messages are passed over.
    pub(crate) async fn ask(&mut self, body: Bytes) -> Result<Bytes, Fault> {
        let Ok(Message::Request(request)) = Message::parse(&body) else {
            return Err(Fault::NotMcp);
        };
        let home = || Arc::clone(&self.home);
        let reply = if request.params.meta.protocol_version.is_some() {
            let shared = self
                .shared
                .get_or_insert_with(|| Shared::new(home(), self.user.clone()));
            shared.ask(&request, &body).await?
        } else if request.method == Method::Initialize.as_str() {
            let text = Text::one(body.clone());
            let session = Session::new(home(), self.user.clone(), text, request.id.value());
            self.session.insert(session).open().await?
        } else {
            let session = self.session.as_ref().ok_or(Fault::NoSession)?;
            session
                .ask(vec![Ask::of(&request)], Text::one(body.clone()))
                .await?
        };
        reply.answer().await
    }

    /// Sends a notification.
    pub(crate) async fn tell(&mut self, body: Bytes) -> Result<(), Fault> {
        let session = self.session.as_ref().ok_or(Fault::NoSession)?;
        session.tell(Text::one(body), &Telling::Initialized).await
    }
}

impl Drop for Interview {
    fn drop(&mut self) {
        if let Some(session) = &self.session {
            session.end();
        }
        if let Some(shared) = &self.shared {
            shared.end();
        }
    }
}
