//! A wire between store and server that can be cut at the worst moment.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Passes bytes on. Once armed it lets the next `COMMIT` through and never its answer.
pub(super) struct Proxy {
    pub(super) port: u16,
    armed: Arc<AtomicBool>,
}

impl Proxy {
    /// A wire to the server on this port.
    pub(super) async fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let armed = Arc::new(AtomicBool::new(false));
        tokio::spawn({
            let armed = Arc::clone(&armed);
            async move {
                while let Ok((client, _)) = listener.accept().await {
                    tokio::spawn(pass(client, server, Arc::clone(&armed)));
                }
            }
        });
        Self { port, armed }
    }

    pub(super) fn arm(&self) {
        self.armed.store(true, Ordering::SeqCst);
    }
}

async fn pass(client: TcpStream, server: u16, armed: Arc<AtomicBool>) {
    let server = TcpStream::connect(("127.0.0.1", server)).await;
    let (mut from_server, mut to_server) = server.expect("the server listens").into_split();
    let (mut from_client, mut to_client) = client.into_split();
    let cut = Arc::new(AtomicBool::new(false));
    let answers = {
        let cut = Arc::clone(&cut);
        async move {
            while let Some(bytes) = read(&mut from_server).await {
                // The answer is here: what was sent has been done.
                if cut.load(Ordering::SeqCst) || !write(&mut to_client, &bytes).await {
                    return;
                }
            }
        }
    };
    let questions = async {
        while let Some(bytes) = read(&mut from_client).await {
            let commits = bytes.windows(6).any(|word| word == b"COMMIT");
            if commits && armed.swap(false, Ordering::SeqCst) {
                cut.store(true, Ordering::SeqCst);
            }
            if !write(&mut to_server, &bytes).await {
                return;
            }
        }
    };
    // Both halves go when one of them ends.
    tokio::select! {
        () = answers => {}
        () = questions => {}
    }
}

async fn read(from: &mut (impl AsyncRead + Unpin)) -> Option<Vec<u8>> {
    let mut bytes = vec![0; 64 * 1024];
    let count = from
        .read(&mut bytes)
        .await
        .ok()
        .filter(|count| *count > 0)?;
    bytes.truncate(count);
    Some(bytes)
}

async fn write(to: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> bool {
    to.write_all(bytes).await.is_ok()
}
