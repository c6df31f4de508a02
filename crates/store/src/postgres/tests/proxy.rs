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
    switches: Arc<Switches>,
}

#[derive(Default)]
struct Switches {
    armed: AtomicBool,
    /// Whether nothing gets through once a connection was cut.
    stays_down: AtomicBool,
    down: AtomicBool,
}

impl Proxy {
    /// A wire to the server on this port.
    pub(super) async fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let switches = Arc::new(Switches::default());
        tokio::spawn({
            let switches = Arc::clone(&switches);
            async move {
                while let Ok((client, _)) = listener.accept().await {
                    if !switches.down.load(Ordering::SeqCst) {
                        tokio::spawn(pass(client, server, Arc::clone(&switches)));
                    }
                }
            }
        });
        Self { port, switches }
    }

    pub(super) fn arm(&self) {
        self.switches.armed.store(true, Ordering::SeqCst);
    }

    /// The same, and no new connection gets through either.
    pub(super) fn arm_and_stay_down(&self) {
        self.switches.stays_down.store(true, Ordering::SeqCst);
        self.arm();
    }

    /// Whether it was armed and the commit came by.
    pub(super) fn was_cut(&self) -> bool {
        !self.switches.armed.load(Ordering::SeqCst)
    }

    pub(super) fn mend(&self) {
        self.switches.stays_down.store(false, Ordering::SeqCst);
        self.switches.down.store(false, Ordering::SeqCst);
    }
}

async fn pass(client: TcpStream, server: u16, switches: Arc<Switches>) {
    let server = TcpStream::connect(("127.0.0.1", server)).await;
    let (mut from_server, mut to_server) = server.expect("the server listens").into_split();
    let (mut from_client, mut to_client) = client.into_split();
    let cut = Arc::new(AtomicBool::new(false));
    let answers = {
        let cut = Arc::clone(&cut);
        async move {
            let mut kept = Vec::new();
            while let Some(bytes) = read(&mut from_server).await {
                if cut.load(Ordering::SeqCst) {
                    kept.extend(bytes);
                    if holds_commit(&kept) {
                        return; // it was done, and the answer ends here
                    }
                } else if !write(&mut to_client, &bytes).await {
                    return;
                }
            }
        }
    };
    let questions = async {
        while let Some(bytes) = read(&mut from_client).await {
            if holds_commit(&bytes) && switches.armed.swap(false, Ordering::SeqCst) {
                let stays_down = switches.stays_down.load(Ordering::SeqCst);
                switches.down.store(stays_down, Ordering::SeqCst);
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

/// The statement and its answer are both this word with a zero behind it, which no other is.
fn holds_commit(bytes: &[u8]) -> bool {
    bytes.windows(7).any(|word| word == b"COMMIT\0")
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
