//! The command line's side: the running process is asked, or the store is opened.

use std::{io::ErrorKind, path::Path, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    net::{UnixStream, unix::OwnedReadHalf},
    time::{Instant, sleep},
};

use super::{AdminRequest, AdminResponse, Office};
use crate::{
    data::{self, DataFolder, Lock, LockError},
    failure::Failure,
    system::SystemEntropy,
};

/// How long a process that holds the folder but does not listen yet is waited for.
const STARTING: Duration = Duration::from_secs(3);

/// Whom to ask.
enum Desk {
    /// The running process.
    Running(UnixStream),
    /// Nobody: the store is open here.
    Here(Box<Office>),
}

/// Asks once and returns what came of it; a refusal is a failure.
pub(crate) async fn ask(
    folder: &DataFolder,
    request: AdminRequest,
) -> Result<AdminResponse, Failure> {
    match desk(folder).await? {
        Desk::Here(office) => refusal(office.answer(request).await),
        Desk::Running(stream) => {
            let mut responses = send(stream, &request).await?;
            next(&mut responses).await?.ok_or_else(hung_up)
        }
    }
}

/// Asks and hands every response to `show`, until the running process ends. With nothing
/// running there is one response, and the return value is false.
pub(crate) async fn follow(
    folder: &DataFolder,
    request: AdminRequest,
    mut show: impl FnMut(AdminResponse) -> Result<(), Failure>,
) -> Result<bool, Failure> {
    match desk(folder).await? {
        Desk::Here(office) => {
            show(refusal(office.answer(request).await)?)?;
            Ok(false)
        }
        Desk::Running(stream) => {
            let mut responses = send(stream, &request).await?;
            while let Some(response) = next(&mut responses).await? {
                show(response)?;
            }
            Ok(true)
        }
    }
}

async fn desk(folder: &DataFolder) -> Result<Desk, Failure> {
    let patience = Instant::now() + STARTING;
    loop {
        if let Some(stream) = connect(&folder.control_socket()).await? {
            return Ok(Desk::Running(stream));
        }
        match Lock::take(folder) {
            Ok(lock) => {
                let opened = data::open(folder, lock, None, &SystemEntropy).await?;
                return Ok(Desk::Here(Box::new(Office::alone(opened))));
            }
            Err(LockError::Held { .. }) if Instant::now() < patience => {
                sleep(Duration::from_millis(50)).await;
            }
            Err(error) => return Err(error.into_failure(folder)),
        }
    }
}

/// `None` when nobody listens there.
async fn connect(path: &Path) -> Result<Option<UnixStream>, Failure> {
    if path.as_os_str().len() > super::listen::MAXIMUM_PATH {
        return Ok(None);
    }
    match UnixStream::connect(path).await {
        Ok(stream) => Ok(Some(stream)),
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::ConnectionRefused | ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(Failure::new(format!(
            "cannot reach the running process at {}: {error}",
            path.display()
        ))
        .fix("run the command as the user that runs Doorward")),
    }
}

async fn send(
    stream: UnixStream,
    request: &AdminRequest,
) -> Result<Lines<BufReader<OwnedReadHalf>>, Failure> {
    let (reader, mut writer) = stream.into_split();
    let mut line = serde_json::to_vec(request).map_err(|error| Failure::new(error.to_string()))?;
    line.push(b'\n');
    writer.write_all(&line).await.map_err(|_| hung_up())?;
    writer.forget(); // the peer must not see an end before it answered
    Ok(BufReader::new(reader).lines())
}

async fn next(
    responses: &mut Lines<BufReader<OwnedReadHalf>>,
) -> Result<Option<AdminResponse>, Failure> {
    let Some(line) = responses.next_line().await.map_err(|_| hung_up())? else {
        return Ok(None);
    };
    let response = serde_json::from_str(&line).map_err(|_| {
        Failure::new("the running process is of another version").fix("restart it after an upgrade")
    })?;
    refusal(response).map(Some)
}

fn refusal(response: AdminResponse) -> Result<AdminResponse, Failure> {
    match response {
        AdminResponse::Refused { reason } => Err(Failure::new(reason)),
        other => Ok(other),
    }
}

fn hung_up() -> Failure {
    Failure::new("the running process ended before it answered").fix("run the command again")
}
