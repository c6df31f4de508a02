//! Reads the columns of a row in the order in which its statement selects them.

use std::net::IpAddr;

use doorward_core::{details::Details, secret::Digest, time::UnixTime};

/// A row as a database hands it over.
pub(crate) trait Row {
    /// The column with this number, from 0; `None` when there is none or its type is foreign.
    fn cell(&self, index: usize) -> Option<Cell<'_>>;
}

/// One column of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cell<'row> {
    Null,
    Integer(i64),
    Text(&'row str),
    Bytes(&'row [u8]),
}

/// A row, read from left to right.
pub(crate) struct Columns<'row> {
    row: &'row dyn Row,
    next: usize,
}

/// A column holds what nobody here wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column} holds a value that is not written here")]
pub(crate) struct Unreadable {
    column: usize,
}

impl<'row> Columns<'row> {
    pub(crate) fn of(row: &'row dyn Row) -> Self {
        Self { row, next: 0 }
    }

    /// The next column.
    pub(crate) fn take<T: FromCell>(&mut self) -> Result<T, Unreadable> {
        let cell = self.row.cell(self.next);
        self.next += 1;
        cell.and_then(T::from_cell).ok_or_else(|| self.unreadable())
    }

    pub(crate) fn text(&mut self) -> Result<String, Unreadable> {
        self.take()
    }

    pub(crate) fn time(&mut self) -> Result<UnixTime, Unreadable> {
        self.take().map(UnixTime::from_millis)
    }

    pub(crate) fn optional_time(&mut self) -> Result<Option<UnixTime>, Unreadable> {
        Ok(self.take::<Option<i64>>()?.map(UnixTime::from_millis))
    }

    pub(crate) fn digest(&mut self) -> Result<Digest, Unreadable> {
        self.take().map(Digest::from_stored)
    }

    pub(crate) fn optional_digest(&mut self) -> Result<Option<Digest>, Unreadable> {
        Ok(self.take::<Option<[u8; 32]>>()?.map(Digest::from_stored))
    }

    /// The next column as a network address; NULL is none.
    pub(crate) fn address(&mut self) -> Result<Option<IpAddr>, Unreadable> {
        let text = self.take::<Option<String>>()?;
        let parsed = text.map(|text| text.parse().map_err(|_| self.unreadable()));
        parsed.transpose()
    }

    /// The next column as authorization details; NULL is none.
    pub(crate) fn details(&mut self) -> Result<Details, Unreadable> {
        let text = self.take::<Option<String>>()?;
        Details::from_stored(text.as_deref()).map_err(|_| self.unreadable())
    }

    /// The next column, made from its text; `None` means that it cannot be read back.
    pub(crate) fn parsed<T>(
        &mut self,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Unreadable> {
        let text = self.text()?;
        parse(&text).ok_or_else(|| self.unreadable())
    }

    /// The same, of a column that may be empty.
    pub(crate) fn optional<T>(
        &mut self,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Unreadable> {
        match self.take::<Option<String>>()? {
            None => Ok(None),
            Some(text) => parse(&text).map(Some).ok_or_else(|| self.unreadable()),
        }
    }

    /// The error of the column that was taken last, or of several that do not fit together.
    pub(crate) fn unreadable(&self) -> Unreadable {
        Unreadable {
            column: self.next.saturating_sub(1),
        }
    }
}

/// What a column can be read as.
pub(crate) trait FromCell: Sized {
    /// `None` when the column holds something else.
    fn from_cell(cell: Cell<'_>) -> Option<Self>;
}

impl FromCell for i64 {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Integer(number) => Some(number),
            Cell::Null | Cell::Text(_) | Cell::Bytes(_) => None,
        }
    }
}

impl FromCell for u32 {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        i64::from_cell(cell).and_then(|number| number.try_into().ok())
    }
}

impl FromCell for bool {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        i64::from_cell(cell).map(|number| number != 0)
    }
}

impl FromCell for String {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Text(text) => Some(text.to_owned()),
            Cell::Null | Cell::Integer(_) | Cell::Bytes(_) => None,
        }
    }
}

impl FromCell for Vec<u8> {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Bytes(bytes) => Some(bytes.to_owned()),
            Cell::Null | Cell::Integer(_) | Cell::Text(_) => None,
        }
    }
}

impl FromCell for [u8; 32] {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Bytes(bytes) => bytes.try_into().ok(),
            Cell::Null | Cell::Integer(_) | Cell::Text(_) => None,
        }
    }
}

impl<T: FromCell> FromCell for Option<T> {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Null => Some(None),
            Cell::Integer(_) | Cell::Text(_) | Cell::Bytes(_) => T::from_cell(cell).map(Some),
        }
    }
}
