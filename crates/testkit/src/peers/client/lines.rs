//! A client at one end of a pipe.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    sync::Mutex,
    task::AbortHandle,
};

use super::{Wire, ear::Ear};

struct Lines {
    to: Mutex<Box<dyn AsyncWrite + Unpin + Send>>,
}

pub(super) fn over(
    ear: &Arc<Ear>,
    reads: impl AsyncRead + Unpin + Send + 'static,
    writes: impl AsyncWrite + Unpin + Send + 'static,
) -> Arc<dyn Wire> {
    let wire = Arc::new(Lines {
        to: Mutex::new(Box::new(writes)),
    });
    tokio::spawn(read(Arc::clone(ear), Arc::clone(&wire), reads));
    wire
}

async fn read(ear: Arc<Ear>, wire: Arc<Lines>, reads: impl AsyncRead + Unpin) {
    let mut lines = BufReader::new(reads).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let message: Value = serde_json::from_str(&line).unwrap_or_default();
        if let Some(answer) = ear.hear(None, &message) {
            let _ = wire.send(answer).await; // the server may be gone
        }
    }
}

#[async_trait]
impl Wire for Lines {
    async fn send(&self, message: Value) -> Result<Option<AbortHandle>, String> {
        let line = format!("{message}\n");
        let written = self.to.lock().await.write_all(line.as_bytes()).await;
        written.map_err(|error| error.to_string())?;
        Ok(None)
    }

    async fn close(&self) {
        let _ = self.to.lock().await.shutdown().await; // the server may be gone
    }
}
