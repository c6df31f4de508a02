//! The control socket of the running process.

use std::{
    fs::{self, Permissions},
    io::{self, ErrorKind},
    os::unix::fs::PermissionsExt,
    path::Path,
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    time::timeout,
};

use super::{AdminRequest, AdminResponse, AuditQuery, Office};
use crate::failure::Failure;

/// The longest request.
const MAXIMUM_REQUEST: u64 = 64 * 1024;
/// How long a peer may take to send it.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a follower is told what is new.
const FOLLOW_EVERY: Duration = Duration::from_millis(200);
/// The longest path that fits a socket address.
pub(super) const MAXIMUM_PATH: usize = 107;

/// Listens at `path` and answers until the returned task is aborted.
pub(crate) fn listen(path: &Path, office: Office) -> Result<tokio::task::JoinHandle<()>, Failure> {
    let listener = bind(path)?;
    Ok(tokio::spawn(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    let office = office.clone();
                    tokio::spawn(async move {
                        if let Err(error) = serve(stream, &office).await {
                            tracing::debug!(%error, "control connection ended");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "control socket");
                    tokio::time::sleep(FOLLOW_EVERY).await;
                }
            }
        }
    }))
}

fn bind(path: &Path) -> Result<UnixListener, Failure> {
    let shown = path.display();
    if path.as_os_str().len() > MAXIMUM_PATH {
        let cause =
            format!("the path of the control socket is longer than {MAXIMUM_PATH} bytes: {shown}");
        return Err(Failure::new(cause).fix("choose a folder with a shorter path with --data DIR"));
    }
    // The lock is ours, so a socket that is there belongs to nobody.
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(Failure::new(format!("cannot replace {shown}: {error}")));
        }
        _ => {}
    }
    UnixListener::bind(path)
        .and_then(|listener| {
            fs::set_permissions(path, Permissions::from_mode(0o600))?;
            Ok(listener)
        })
        .map_err(|error| Failure::new(format!("cannot listen at {shown}: {error}")))
}

async fn serve(stream: UnixStream, office: &Office) -> io::Result<()> {
    let peer = stream.peer_cred()?.uid();
    let ours = rustix::process::geteuid();
    if peer != ours.as_raw() && peer != 0 {
        return Err(io::Error::new(
            ErrorKind::PermissionDenied,
            "another user's process",
        ));
    }
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader.take(MAXIMUM_REQUEST));
    let mut line = Vec::new();
    timeout(PATIENCE, reader.read_until(b'\n', &mut line)).await??;
    match serde_json::from_slice(&line) {
        Ok(AdminRequest::AuditTail(query)) => tail(&mut writer, office, &query).await,
        Ok(request) => send(&mut writer, &office.answer(request).await).await,
        Err(_) => {
            let reason =
                "the running process does not know this request: restart it after an upgrade";
            let refused = AdminResponse::Refused {
                reason: reason.to_owned(),
            };
            send(&mut writer, &refused).await
        }
    }
}

/// Sends what is there, then what comes, until the peer hangs up.
async fn tail(
    writer: &mut (impl AsyncWriteExt + Unpin),
    office: &Office,
    query: &AuditQuery,
) -> io::Result<()> {
    let (mut filter, mut quiet) = (query.after(0, query.newest), false);
    loop {
        match office.audit(filter).await {
            Ok(page) => {
                // An empty page now and then is how a hung-up peer is noticed.
                if !page.lines.is_empty() || !quiet {
                    send(writer, &AdminResponse::Audit { lines: page.lines }).await?;
                }
                filter = query.after(page.last, 0);
            }
            Err(reason) => return send(writer, &AdminResponse::Refused { reason }).await,
        }
        quiet = !quiet;
        tokio::time::sleep(FOLLOW_EVERY).await;
    }
}

async fn send(
    writer: &mut (impl AsyncWriteExt + Unpin),
    response: &AdminResponse,
) -> io::Result<()> {
    let mut line = serde_json::to_vec(response)?;
    line.push(b'\n');
    writer.write_all(&line).await
}
