//! What a shared process says, on its way to the session that it is meant for.

use bytes::Bytes;
use doorward_mcp::{
    envelope::{IdValue, Message, Notification, Outcome, Request, Response},
    method::{Class, Method},
    splice::Edit,
};

use super::{Table, spliced, state::Opened};
use crate::{
    config::Sharing,
    upstream::{
        Fault,
        stdio::home::{failure, refusal},
    },
};

const INITIALIZED: &[u8] = br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;

impl Table {
    /// Passes one message of the process on.
    pub(super) fn heard(&self, line: Bytes, generation: u64) {
        if !self.lock().is_current(generation) {
            return;
        }
        match Message::parse(&line) {
            Ok(Message::Response(response)) => self.responded(&response, &line),
            Ok(Message::Request(request)) => self.asked_back(&request),
            Ok(Message::Notification(notification)) => self.announced(&notification, &line),
            Err(error) => {
                let home = self.home.upgrade();
                let id = home.and_then(|home| home.garbage(&line, &error));
                let asked = id
                    .and_then(number)
                    .and_then(|number| self.lock().answered(number));
                if let Some(asked) = asked {
                    self.tell(asked.seat, failure(Fault::NotMcp, &asked.id));
                }
            }
        }
    }

    fn responded(&self, response: &Response<'_>, line: &Bytes) {
        let Some(id) = response.id else { return };
        let Some(number) = number(id.value()) else {
            return;
        };
        if number == OPENING {
            let opened = matches!(response.outcome, Outcome::Result(_));
            return self.opened(opened, line);
        }
        let asked = self.lock().answered(number);
        if let Some(asked) = asked {
            let answer = spliced(line, &[Edit::new(id.span(), asked.id.as_str())]);
            self.tell(asked.seat, answer);
        }
    }

    /// The process answered our opening: so are those of the sessions that wait.
    fn opened(&self, well: bool, line: &Bytes) {
        let (waiting, process) = {
            let mut state = self.lock();
            let next = match well {
                true => Opened::Answered(line.clone()),
                false => Opened::Waiting(Vec::new()),
            };
            let before = match &state.opened {
                Opened::Answered(_) => return, // it answers twice
                Opened::Waiting(_) => std::mem::replace(&mut state.opened, next),
            };
            let process = match well {
                true => state.process.clone(),
                false => state.process.take(),
            };
            (before, process)
        };
        if let Some(process) = process {
            match well {
                true => drop(process.try_write(Bytes::from_static(INITIALIZED))),
                false => process.stop(),
            }
        }
        if let Opened::Waiting(waiting) = waiting {
            for (seat, id) in waiting {
                self.tell(seat, answer_for(line, &id));
            }
        }
    }

    /// It was offered nothing, and asks all the same.
    fn asked_back(&self, request: &Request<'_>) {
        let id = request.id.as_json();
        let answer = match Method::request(&request.method) {
            Some(Method::Ping) => format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{}}}}"#).into(),
            Some(_) | None => refusal(&request.method, id),
        };
        let process = self.lock().running();
        let refused = process.is_none_or(|process| process.try_write(answer).is_err());
        tracing::debug!(refused, "a shared process asked its client");
    }

    fn announced(&self, notification: &Notification<'_>, line: &Bytes) {
        if notification.method == Method::ToolsListChanged.as_str()
            && let Some(home) = self.home.upgrade()
        {
            home.changes.note();
        }
        if let Some(token) = notification.params.progress_token {
            let found = number(token.value()).and_then(|number| {
                let state = self.lock();
                let asked = state.named(number)?;
                Some((asked.seat, asked.progress.clone()?))
            });
            if let Some((seat, theirs)) = found {
                self.tell(seat, spliced(line, &[Edit::new(token.span(), theirs)]));
            }
            return;
        }
        let receivers = match Method::notification(&notification.method) {
            Some(Method::ResourceUpdated) => self.followers(notification),
            Some(method) if method.class() == Class::Subscribe => self.lock().all(),
            // Of one user, and nobody else of theirs waits for anything.
            Some(Method::LogMessage) if self.sharing == Sharing::PerUser => {
                let state = self.lock();
                let only = state.only().and_then(|seat| state.at(seat));
                only.into_iter().collect()
            }
            Some(_) | None => Vec::new(),
        };
        for receiver in receivers {
            drop(receiver.line(line.clone()));
        }
    }

    fn followers(
        &self,
        notification: &Notification<'_>,
    ) -> Vec<std::sync::Arc<dyn crate::upstream::stdio::process::Receiver>> {
        let uri = notification
            .params
            .raw
            .and_then(|raw| raw.only_member("uri"));
        let uri = uri.and_then(|uri| serde_json::from_str::<String>(uri.as_str()).ok());
        uri.map_or_else(Vec::new, |uri| self.lock().followers(&uri))
    }
}

/// The answer of the process to our opening, as that to another one.
pub(super) fn answer_for(answer: &Bytes, id: &str) -> Bytes {
    match Message::parse(answer) {
        Ok(Message::Response(response)) => match response.id {
            Some(own) => spliced(answer, &[Edit::new(own.span(), id)]),
            None => answer.clone(),
        },
        Ok(Message::Request(_) | Message::Notification(_)) | Err(_) => answer.clone(),
    }
}

fn number(id: IdValue) -> Option<u64> {
    match id {
        IdValue::Integer(number) => u64::try_from(number).ok(),
        IdValue::Text(_) => None,
    }
}

/// What our opening is called.
const OPENING: u64 = 0;
