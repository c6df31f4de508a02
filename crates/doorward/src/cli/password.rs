//! Asking for a password: from standard input, or on the terminal without echo.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Write},
};

use doorward_core::{secret::Secret, user::check_new_password};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::failure::Failure;

/// The password for `name`: the first line of standard input, or asked for twice.
pub(super) fn ask(name: &str, from_stdin: bool) -> Result<Secret, Failure> {
    let password = if from_stdin {
        first_line("password")?
    } else {
        twice("password", name)?
    };
    check_new_password(password.expose()).map_err(|error| Failure::new(error.to_string()))?;
    Ok(password)
}

/// A new passphrase that seals `what`: the first line of standard input, or asked for twice.
pub(super) fn sealing(what: &str, from_stdin: bool) -> Result<Secret, Failure> {
    if from_stdin {
        first_line("passphrase")
    } else {
        twice("passphrase", what)
    }
}

/// The passphrase that opens `what`: the first line of standard input, or asked for once.
pub(super) fn opening(what: &str, from_stdin: bool) -> Result<Secret, Failure> {
    if from_stdin {
        return first_line("passphrase");
    }
    prompt(&terminal("passphrase")?, &format!("Passphrase of {what}: "))
        .map_err(|error| Failure::new(format!("cannot read the passphrase: {error}")))
}

fn first_line(kind: &str) -> Result<Secret, Failure> {
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    read.map_err(|error| Failure::new(format!("cannot read the {kind}: {error}")))?;
    Ok(without_line_end(line))
}

fn twice(kind: &str, name: &str) -> Result<Secret, Failure> {
    let terminal = terminal(kind)?;
    let asked = prompt(&terminal, &format!("New {kind} for {name}: "))
        .and_then(|first| Ok((first, prompt(&terminal, "The same again: ")?)));
    let (first, second) =
        asked.map_err(|error| Failure::new(format!("cannot read the {kind}: {error}")))?;
    if first == second {
        Ok(first)
    } else {
        Err(Failure::new(format!("the two {kind}s differ")))
    }
}

fn terminal(kind: &str) -> Result<File, Failure> {
    let opened = OpenOptions::new().read(true).write(true).open("/dev/tty");
    opened.map_err(|_| {
        Failure::new(format!("there is no terminal to ask for the {kind} on"))
            .fix(format!("write it to standard input and add --{kind}-stdin"))
    })
}

fn prompt(mut terminal: &File, question: &str) -> io::Result<Secret> {
    terminal.write_all(question.as_bytes())?;
    let silence = Silence::on(terminal)?;
    let mut line = String::new();
    BufReader::new(terminal).read_line(&mut line)?;
    drop(silence);
    terminal.write_all(b"\n")?;
    Ok(without_line_end(line))
}

fn without_line_end(line: String) -> Secret {
    let secret = Secret::presented(line.trim_end_matches(['\r', '\n']));
    drop(Secret::presented(line)); // erases the line
    secret
}

/// No echo for as long as it lives.
struct Silence<'a> {
    terminal: &'a File,
    before: Termios,
}

impl<'a> Silence<'a> {
    fn on(terminal: &'a File) -> io::Result<Self> {
        let before = tcgetattr(terminal)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(terminal, OptionalActions::Flush, &silent)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Silence<'_> {
    fn drop(&mut self) {
        // The terminal may be gone; there is nobody left to tell.
        tcsetattr(self.terminal, OptionalActions::Flush, &self.before).ok();
    }
}
