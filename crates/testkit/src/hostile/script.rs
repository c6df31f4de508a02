//! What is written, byte by byte.

use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt};

/// One step of an answer.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// These bytes.
    Write(Vec<u8>),
    /// These bytes again and again, for as long as somebody reads.
    Forever(Vec<u8>),
    /// The same with pauses that are too short to count as silence.
    Steadily(Vec<u8>),
    /// Nothing more, and the connection stays open.
    Hang,
    /// The end of the connection, or of the program.
    Close,
}

/// An answer.
pub(super) type Script = Vec<Step>;

pub(super) fn write(bytes: impl AsRef<[u8]>) -> Step {
    Step::Write(bytes.as_ref().to_vec())
}

/// Whether what carries the answer goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// More may come.
    Open,
    /// It is over.
    Closed,
}

/// Writes an answer; it waits for nobody who does not read.
pub(super) async fn play(script: Script, to: &mut (impl AsyncWrite + Unpin)) -> Then {
    for step in script {
        let written = match step {
            Step::Write(bytes) => to.write_all(&bytes).await,
            Step::Forever(bytes) => loop {
                if let Err(error) = to.write_all(&bytes).await {
                    break Err(error);
                }
            },
            Step::Steadily(bytes) => loop {
                if let Err(error) = to.write_all(&bytes).await {
                    break Err(error);
                }
                tokio::time::sleep(SHORT).await;
            },
            Step::Hang => {
                drop(to.flush().await);
                tokio::time::sleep(LONG).await;
                return Then::Closed;
            }
            Step::Close => {
                drop(to.flush().await);
                return Then::Closed;
            }
        };
        if written.is_err() {
            return Then::Closed;
        }
    }
    match to.flush().await {
        Ok(()) => Then::Open,
        Err(_) => Then::Closed,
    }
}

/// So that floods of many servers at once do not take all the time that there is.
const SHORT: Duration = Duration::from_millis(10);
/// Longer than any test.
const LONG: Duration = Duration::from_secs(600);
