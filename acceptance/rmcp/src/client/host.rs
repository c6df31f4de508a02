//! The host around the client: what it answers to servers, and what it remembers of them.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use rmcp::{
    ClientHandler, ErrorData, RoleClient,
    model::{
        ClientCapabilities, ClientConfig, CreateMessageRequestParams, CreateMessageResult,
        ElicitRequestParams, ElicitResult, ElicitationAction, Implementation, ListRootsResult,
        ProgressNotificationParam, Root, SamplingMessage,
    },
    service::{NotificationContext, RequestContext},
};

use crate::plan::Answers;

/// Answers as it was told, and counts.
#[derive(Debug)]
pub struct Host {
    answers: Answers,
    progress: AtomicUsize,
    asked: Mutex<Vec<&'static str>>,
}

impl Host {
    /// A host that was asked nothing yet.
    pub fn new(answers: Answers) -> Self {
        Self {
            answers,
            progress: AtomicUsize::new(0),
            asked: Mutex::default(),
        }
    }

    /// How often it heard of progress.
    pub fn progress(&self) -> usize {
        self.progress.load(Ordering::Relaxed)
    }

    /// What it was asked, in order, since the last time that somebody wanted to know.
    pub fn asked(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, what: &'static str) {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(what);
    }
}

impl ClientHandler for Host {
    fn get_info(&self) -> ClientConfig {
        let capabilities = ClientCapabilities::builder()
            .enable_elicitation()
            .enable_sampling()
            .enable_roots()
            .build();
        ClientConfig::new(capabilities, Implementation::new("acceptance-rmcp", "1"))
    }

    async fn create_elicitation(
        &self,
        _: ElicitRequestParams,
        _: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        self.note("form");
        Ok(ElicitResult::new(ElicitationAction::Accept).with_content(self.answers.form.clone()))
    }

    async fn create_message(
        &self,
        _: CreateMessageRequestParams,
        _: RequestContext<RoleClient>,
    ) -> Result<CreateMessageResult, ErrorData> {
        self.note("model");
        let message = SamplingMessage::assistant_text(self.answers.model.clone());
        Ok(CreateMessageResult::new(message, "acceptance".to_owned())
            .with_stop_reason(CreateMessageResult::STOP_REASON_END_TURN))
    }

    async fn list_roots(
        &self,
        _: RequestContext<RoleClient>,
    ) -> Result<ListRootsResult, ErrorData> {
        self.note("root");
        let root = Root::new(self.answers.root.clone()).with_name("acceptance");
        Ok(ListRootsResult::new(vec![root]))
    }

    async fn on_progress(&self, _: ProgressNotificationParam, _: NotificationContext<RoleClient>) {
        self.progress.fetch_add(1, Ordering::Relaxed);
    }
}
