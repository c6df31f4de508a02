//! `doorward key`.

use std::{
    fs::OpenOptions,
    io::{Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use doorward_core::{clock::Clock, time::UnixTime};

use super::{
    KeyCommand,
    administration::{ask, unexpected},
    output, password,
    time::{absolute, ago},
};
use crate::{
    control::{AdminRequest, AdminResponse, KeyRow, Password},
    data::DataFolder,
    failure::Failure,
    system::SystemClock,
};

/// The longest file that is read as a key.
const MAXIMUM_FILE: u64 = 32 * 1024;

/// `doorward key`.
pub(super) fn run(command: KeyCommand, folder: &DataFolder) -> Result<(), Failure> {
    match command {
        KeyCommand::List { json } => show(ask(folder, AdminRequest::KeyList)?, json),
        KeyCommand::Rotate { now, json } => {
            show(ask(folder, AdminRequest::KeyRotate { now })?, json)
        }
        KeyCommand::Retire {
            id,
            compromised,
            json,
        } => {
            let kid = doorward_core::id::KeyId::from_known(id);
            show(
                ask(folder, AdminRequest::KeyRetire { kid, compromised })?,
                json,
            )
        }
        KeyCommand::Export {
            id,
            file,
            passphrase_stdin,
        } => export(id, &file, passphrase_stdin, folder),
        KeyCommand::Import {
            file,
            now,
            passphrase_stdin,
            json,
        } => {
            let exported = read(&file)?;
            let passphrase = password::opening("the key", passphrase_stdin)?;
            let request = AdminRequest::KeyImport {
                exported,
                passphrase: Password(passphrase.expose().to_owned()),
                now,
            };
            show(ask(folder, request)?, json)
        }
    }
}

fn export(
    id: String,
    file: &Path,
    passphrase_stdin: bool,
    folder: &DataFolder,
) -> Result<(), Failure> {
    let mut target = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .map_err(|error| Failure::new(format!("cannot make {}: {error}", file.display())))?;
    let sealed = password::sealing("the key", passphrase_stdin).and_then(|passphrase| {
        let request = AdminRequest::KeyExport {
            kid: doorward_core::id::KeyId::from_known(id),
            passphrase: Password(passphrase.expose().to_owned()),
        };
        match ask(folder, request)? {
            AdminResponse::KeyExported { sealed } => Ok(sealed),
            other => Err(unexpected(&other)),
        }
    });
    let written = sealed.and_then(|sealed| {
        let write = target
            .write_all(sealed.as_bytes())
            .and_then(|()| target.sync_all());
        write.map_err(|error| Failure::new(format!("cannot write {}: {error}", file.display())))
    });
    if written.is_err() {
        std::fs::remove_file(file).ok(); // ours, and empty or incomplete
    }
    written?;
    output::line(&format!(
        "Wrote {}, sealed under the passphrase.",
        file.display()
    ))
}

fn read(file: &PathBuf) -> Result<String, Failure> {
    let mut text = String::new();
    let read = std::fs::File::open(file)
        .and_then(|opened| opened.take(MAXIMUM_FILE).read_to_string(&mut text));
    read.map_err(|error| Failure::new(format!("cannot read {}: {error}", file.display())))?;
    Ok(text)
}

fn show(response: AdminResponse, json: bool) -> Result<(), Failure> {
    match response {
        AdminResponse::Keys { keys } if json => output::json(&keys),
        AdminResponse::Keys { keys } => table(&keys),
        AdminResponse::Key { key } if json => output::json(&key),
        AdminResponse::Key { key } => table(&[key]),
        other => Err(unexpected(&other)),
    }
}

fn table(keys: &[KeyRow]) -> Result<(), Failure> {
    let now = SystemClock.now();
    let row = |key: &KeyRow| {
        [
            key.kid.to_string(),
            key.algorithm.clone(),
            key.state.clone(),
            moment(key.active_from.0, now),
            key.removed_at
                .map_or_else(String::new, |at| moment(at.0, now)),
        ]
    };
    output::table(
        ["ID", "ALGORITHM", "STATE", "SIGNS FROM", "REMOVED"],
        &keys.iter().map(row).collect::<Vec<_>>(),
    )
}

fn moment(at: UnixTime, now: UnixTime) -> String {
    match at > now {
        true => absolute(at),
        false => ago(at, now),
    }
}
