//! Results on standard output: aligned tables for people, JSON for programs.
//!
//! Names and reasons come from others; control characters never reach a terminal.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use crate::failure::Failure;

/// Lets `print` write to standard output. A reader that went away is no failure.
pub(super) fn write(print: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match print(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(|error| Failure::new(format!("cannot write the result: {error}"))),
    }
}

/// Prints `value` as indented JSON.
pub(super) fn json(value: &impl Serialize) -> Result<(), Failure> {
    write(|out| {
        serde_json::to_writer_pretty(&mut *out, value)?;
        writeln!(out)
    })
}

/// Prints one line.
pub(super) fn line(text: &str) -> Result<(), Failure> {
    write(|out| writeln!(out, "{}", harmless(text)))
}

/// Prints rows under headings, every column as wide as its widest cell.
pub(super) fn table<const N: usize>(
    headings: [&str; N],
    rows: &[[String; N]],
) -> Result<(), Failure> {
    let bold = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    write(|out| {
        let rows: Vec<[String; N]> = rows
            .iter()
            .map(|row| row.each_ref().map(|cell| harmless(cell)))
            .collect();
        let mut widths = headings.map(|heading| heading.chars().count());
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let (on, off) = if bold {
            ("\u{1b}[1m", "\u{1b}[0m")
        } else {
            ("", "")
        };
        writeln!(
            out,
            "{on}{}{off}",
            aligned(&headings.map(str::to_owned), &widths)
        )?;
        rows.iter()
            .try_for_each(|row| writeln!(out, "{}", aligned(row, &widths)))
    })
}

fn aligned(cells: &[String], widths: &[usize]) -> String {
    let padded = cells
        .iter()
        .zip(widths)
        .map(|(cell, width)| format!("{cell:<width$}"));
    padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}

/// Replaces control characters, so that nobody's name can steer a terminal (AD-05).
pub(super) fn harmless(text: &str) -> String {
    let shown = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_lines_have_no_trailing_spaces() {
        let cells = ["a".to_owned(), "é".to_owned(), String::new()];
        assert_eq!(aligned(&cells, &[3, 2, 4]), "a    é");
    }

    #[test]
    fn a_hostile_name_cannot_steer_the_terminal() {
        assert_eq!(harmless("a\u{1b}[2Jb\nc"), "a\u{fffd}[2Jb\u{fffd}c"); // AD-05
    }
}
