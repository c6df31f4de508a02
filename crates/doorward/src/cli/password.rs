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
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line);
        read.map_err(|error| Failure::new(format!("cannot read the password: {error}")))?;
        without_line_end(line)
    } else {
        on_terminal(name)?
    };
    check_new_password(password.expose()).map_err(|error| Failure::new(error.to_string()))?;
    Ok(password)
}

fn on_terminal(name: &str) -> Result<Secret, Failure> {
    let terminal = OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/tty")
        .map_err(|_| {
            Failure::new("there is no terminal to ask for the password on")
                .fix("write it to standard input and add --password-stdin")
        })?;
    let asked = prompt(&terminal, &format!("Password for {name}: "))
        .and_then(|first| Ok((first, prompt(&terminal, "The same again: ")?)));
    let (first, second) =
        asked.map_err(|error| Failure::new(format!("cannot read the password: {error}")))?;
    if first == second {
        Ok(first)
    } else {
        Err(Failure::new("the two passwords differ"))
    }
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
