//! A server of the official Rust SDK, in both eras: `rmcp-server` on standard input and output, or
//! `rmcp-server PORT` over Streamable HTTP at `http://127.0.0.1:PORT/mcp`.

mod tools;

use std::sync::Arc;

use anyhow::Result;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use rmcp::{
    ServiceExt,
    transport::{
        StreamableHttpServerConfig,
        io::stdio,
        streamable_http_server::{
            session::local::LocalSessionManager, tower::StreamableHttpService,
        },
    },
};
use tokio::net::TcpListener;

use crate::tools::Tools;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    match std::env::args().nth(1) {
        Some(port) => serve_http(port.parse()?).await,
        None => {
            Tools.serve(stdio()).await?.waiting().await?;
            Ok(())
        }
    }
}

async fn serve_http(port: u16) -> Result<()> {
    let service = StreamableHttpService::new(
        || Ok(Tools),
        Arc::new(LocalSessionManager::default()),
        StreamableHttpServerConfig::default(),
    );
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    loop {
        let (socket, _) = listener.accept().await?;
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(async move {
            let connection = Builder::new(TokioExecutor::new());
            // A connection that breaks is its client's affair.
            let _ = connection
                .serve_connection(TokioIo::new(socket), service)
                .await;
        });
    }
}
