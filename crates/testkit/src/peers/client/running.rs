//! Requests that run, and what they come to.

use serde_json::Value;
use tokio::{
    sync::{broadcast, mpsc},
    task::AbortHandle,
    time::timeout,
};

use crate::peers::witness::PATIENCE;

/// Something heard about a request.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Progress(Value),
    Log(Value),
    Asked(String),
    Change(Value),
    Done(Value),
}

/// A request that was sent. Over a transport where that cancels it, dropping it does.
#[derive(Debug)]
pub struct Running {
    id: Value,
    heard: mpsc::UnboundedReceiver<Event>,
    so_far: Outcome,
    pub(super) waits: Option<AbortHandle>,
}

/// What a request came to, and what was said meanwhile.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The result, or why there is none.
    pub result: Result<Value, Refused>,
    /// Parameters of the progress notifications.
    pub progress: Vec<Value>,
    /// Parameters of the log messages.
    pub logs: Vec<Value>,
    /// The methods of what the server asked.
    pub asked: Vec<String>,
}

/// An error of the server, or an HTTP status where it should have answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// The JSON-RPC code, or the HTTP status.
    pub code: i64,
    /// Why.
    pub message: String,
    /// What else is said of it; null if nothing is.
    pub data: Value,
}

/// What belongs to no request, or to a subscription.
#[derive(Debug)]
pub enum Listening {
    /// The session era: one stream for everything.
    Shared(broadcast::Receiver<Value>),
    /// The stateless era: the stream of this very subscription.
    Own(Box<Running>),
}

impl Running {
    pub(super) fn new(id: Value, heard: mpsc::UnboundedReceiver<Event>) -> Self {
        Self {
            id,
            heard,
            so_far: Outcome::default(),
            waits: None,
        }
    }

    /// Its id.
    pub fn id(&self) -> &Value {
        &self.id
    }

    /// Waits for progress.
    pub async fn progressed(&mut self) -> Result<(), String> {
        let before = self.so_far.progress.len();
        while self.so_far.progress.len() == before {
            if let Event::Done(response) = self.next().await? {
                return Err(format!("ended before any progress: {response}"));
            }
        }
        Ok(())
    }

    /// Waits until it ended.
    pub async fn finish(mut self) -> Outcome {
        loop {
            match self.next().await {
                Ok(Event::Done(response)) => {
                    self.so_far.result = outcome(&response);
                    return std::mem::take(&mut self.so_far);
                }
                Ok(_) => {}
                Err(reason) => return Outcome::refused(reason),
            }
        }
    }

    async fn next(&mut self) -> Result<Event, String> {
        let heard = timeout(PATIENCE, self.heard.recv()).await;
        let heard = heard.map_err(|_| format!("nothing more came of {}", self.id))?;
        let event = heard.ok_or_else(|| format!("nobody waits for {}", self.id))?;
        match &event {
            Event::Progress(params) => self.so_far.progress.push(params.clone()),
            Event::Log(params) => self.so_far.logs.push(params.clone()),
            Event::Asked(method) => self.so_far.asked.push(method.clone()),
            Event::Change(_) | Event::Done(_) => {}
        }
        Ok(event)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(waits) = &self.waits {
            waits.abort();
        }
    }
}

impl Listening {
    /// The next notification.
    pub async fn next(&mut self) -> Result<Value, String> {
        match self {
            Self::Shared(heard) => match timeout(PATIENCE, heard.recv()).await {
                Ok(message) => message.map_err(|error| error.to_string()),
                Err(_) => Err("no notification came".to_owned()),
            },
            Self::Own(running) => loop {
                match running.next().await? {
                    Event::Change(message) => return Ok(message),
                    Event::Done(response) => {
                        return Err(format!("the subscription ended: {response}"));
                    }
                    _ => {}
                }
            },
        }
    }
}

impl Default for Outcome {
    fn default() -> Self {
        Self::refused("it has not ended".to_owned())
    }
}

impl Outcome {
    /// It failed before the server could say anything.
    pub(super) fn refused(message: String) -> Self {
        Self {
            result: Err(Refused {
                code: 0,
                message,
                data: Value::Null,
            }),
            progress: Vec::new(),
            logs: Vec::new(),
            asked: Vec::new(),
        }
    }

    /// Goes on with what the same request came to when it was sent again.
    pub(super) fn take(&mut self, other: Self) {
        self.result = other.result;
        self.progress.extend(other.progress);
        self.logs.extend(other.logs);
        self.asked.extend(other.asked);
    }
}

impl From<Refused> for String {
    fn from(refused: Refused) -> Self {
        format!("error {}: {}", refused.code, refused.message)
    }
}

fn outcome(response: &Value) -> Result<Value, Refused> {
    match response.get("error") {
        None => Ok(response["result"].clone()),
        Some(error) => Err(Refused {
            code: error["code"].as_i64().unwrap_or_default(),
            message: error["message"].as_str().unwrap_or_default().to_owned(),
            data: error["data"].clone(),
        }),
    }
}
