//! A mail server as small as it can be: it takes letters over SMTP (RFC 5321), in clear,
//! over TLS, or after STARTTLS, and keeps what it got.

use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{ServerConfig, crypto::aws_lc_rs};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_rustls::TlsAcceptor;

/// How the server wants to be spoken to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speaks {
    Clear,
    Tls,
    StartTls,
}

/// What a client handed over.
#[derive(Debug)]
pub(crate) struct Got {
    /// Whether it came over TLS.
    pub(crate) encrypted: bool,
    /// The argument of `AUTH`, if it logged in.
    pub(crate) login: Option<String>,
    pub(crate) to: String,
    pub(crate) data: String,
}

impl Got {
    /// The letter as a mail program shows it (RFC 2045 section 6.7).
    pub(crate) fn read(&self) -> String {
        self.data.replace("=\n", "").replace("=3D", "=")
    }
}

pub(crate) struct MailServer {
    pub(crate) port: u16,
    /// The certificate that it shows, to be trusted.
    pub(crate) certificate: Vec<u8>,
    pub(crate) got: mpsc::UnboundedReceiver<Got>,
}

impl MailServer {
    /// Starts one that answers the first recipients with `refusals` before it takes any.
    pub(crate) async fn start(speaks: Speaks, refusals: &[&'static str]) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let key = rustls_pki_types::PrivateKeyDer::try_from(signing_key.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key.expect("a key"))
            .expect("a certificate and its key");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (sender, got) = mpsc::unbounded_channel();
        let mut refusals: Vec<&str> = refusals.iter().rev().copied().collect();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let desk = Desk {
                    got: sender.clone(),
                    refusal: refusals.pop(),
                };
                tokio::spawn(desk.serve(stream, speaks, acceptor.clone()));
            }
        });
        Self {
            port,
            certificate: cert.der().to_vec(),
            got,
        }
    }
}

struct Desk {
    got: mpsc::UnboundedSender<Got>,
    refusal: Option<&'static str>,
}

impl Desk {
    async fn serve(self, stream: TcpStream, speaks: Speaks, acceptor: TlsAcceptor) {
        match speaks {
            Speaks::Clear => drop(self.talk(stream, (false, false), true).await),
            Speaks::Tls => {
                if let Ok(stream) = acceptor.accept(stream).await {
                    self.talk(stream, (true, false), true).await;
                }
            }
            Speaks::StartTls => {
                let Some((desk, stream)) = self.talk(stream, (false, true), true).await else {
                    return;
                };
                if let Ok(stream) = acceptor.accept(stream).await {
                    desk.talk(stream, (true, false), false).await;
                }
            }
        }
    }

    /// One conversation; returns when the client wants to go on over TLS.
    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
        self,
        stream: S,
        (encrypted, offers_tls): (bool, bool),
        greets: bool,
    ) -> Option<(Self, S)> {
        let mut stream = BufReader::new(stream);
        if greets {
            say(&mut stream, "220 mail.example ready").await?;
        }
        let (mut login, mut to) = (None, String::new());
        loop {
            let line = hear(&mut stream).await?;
            let word = line
                .split(' ')
                .next()
                .unwrap_or_default()
                .to_ascii_uppercase();
            match word.as_str() {
                "EHLO" if offers_tls => {
                    say(&mut stream, "250-mail.example\r\n250 STARTTLS").await?
                }
                "EHLO" => say(&mut stream, "250-mail.example\r\n250 AUTH PLAIN").await?,
                "STARTTLS" => {
                    say(&mut stream, "220 go ahead").await?;
                    return Some((self, stream.into_inner()));
                }
                "AUTH" => {
                    login = Some(line);
                    say(&mut stream, "235 welcome").await?;
                }
                "RCPT" => match self.refusal {
                    Some(refusal) => say(&mut stream, refusal).await?,
                    None => {
                        to = line;
                        say(&mut stream, "250 fine").await?;
                    }
                },
                "DATA" => {
                    say(&mut stream, "354 go on").await?;
                    let data = data(&mut stream).await?;
                    let _ = self.got.send(Got {
                        encrypted,
                        login: login.clone(),
                        to: to.clone(),
                        data,
                    });
                    say(&mut stream, "250 taken").await?;
                }
                "QUIT" => {
                    say(&mut stream, "221 bye").await?;
                    return None;
                }
                _ => say(&mut stream, "250 fine").await?,
            }
        }
    }
}

async fn say<S: AsyncWrite + Unpin>(stream: &mut S, line: &str) -> Option<()> {
    stream
        .write_all(format!("{line}\r\n").as_bytes())
        .await
        .ok()?;
    stream.flush().await.ok()
}

async fn hear<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<String> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).await.ok()?;
    (read > 0).then(|| line.trim_end().to_owned())
}

async fn data<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<String> {
    let mut all = String::new();
    loop {
        let line = hear(stream).await?;
        if line == "." {
            return Some(all);
        }
        all.push_str(&line);
        all.push('\n');
    }
}
