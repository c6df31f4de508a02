//! Reads the columns of a row in the order in which its statement selects them.

use doorward_core::{secret::Digest, time::UnixTime};
use rusqlite::{
    Error, Result, Row,
    types::{FromSql, Type},
};

/// A row, read from left to right.
pub(super) struct Columns<'row> {
    row: &'row Row<'row>,
    next: usize,
}

impl<'row> Columns<'row> {
    pub(super) fn of(row: &'row Row<'row>) -> Self {
        Self { row, next: 0 }
    }

    /// The next column.
    pub(super) fn take<T: FromSql>(&mut self) -> Result<T> {
        let index = self.next;
        self.next += 1;
        self.row.get(index)
    }

    pub(super) fn text(&mut self) -> Result<String> {
        self.take()
    }

    pub(super) fn time(&mut self) -> Result<UnixTime> {
        self.take().map(UnixTime::from_millis)
    }

    pub(super) fn optional_time(&mut self) -> Result<Option<UnixTime>> {
        Ok(self.take::<Option<i64>>()?.map(UnixTime::from_millis))
    }

    pub(super) fn digest(&mut self) -> Result<Digest> {
        self.take().map(Digest::from_stored)
    }

    pub(super) fn optional_digest(&mut self) -> Result<Option<Digest>> {
        Ok(self.take::<Option<[u8; 32]>>()?.map(Digest::from_stored))
    }

    /// The next column, made from its text; `None` means that it cannot be read back.
    pub(super) fn parsed<T>(&mut self, parse: impl FnOnce(&str) -> Option<T>) -> Result<T> {
        let index = self.next;
        let text = self.text()?;
        parse(&text).ok_or_else(|| unreadable(index, Type::Text))
    }
}

/// The error of a column that holds what nobody here wrote.
pub(super) fn unreadable(column: usize, found: Type) -> Error {
    Error::FromSqlConversionFailure(column, found, "not a value that is written here".into())
}
