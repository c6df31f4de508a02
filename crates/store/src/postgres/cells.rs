//! Parameters and columns in the types of PostgreSQL.

use std::{borrow::Cow, error::Error};

use bytes::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::tables::{Cell, Row, Value};

type Failure = Box<dyn Error + Sync + Send>;

/// The statement in the words of PostgreSQL: parameters are `$1`, `$2`, ...
pub(super) fn dialect(sql: &str) -> String {
    sql.replace('?', "$")
}

/// Whether a text holds what no text of PostgreSQL can hold.
pub(super) fn is_unstorable(value: &Value) -> bool {
    matches!(value, Value::Text(text) if text.contains('\0'))
}

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        match (self, ty) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Integer(number), &Type::INT8) => number.to_sql(ty, out),
            (Self::Integer(number), &Type::INT4) => i32::try_from(*number)?.to_sql(ty, out),
            (Self::Integer(number), &Type::INT2) => i16::try_from(*number)?.to_sql(ty, out),
            (Self::Text(text), &Type::TEXT) => storable(text).to_sql(ty, out),
            (Self::Bytes(bytes), &Type::BYTEA) => bytes.to_sql(ty, out),
            (Self::Integer(_) | Self::Text(_) | Self::Bytes(_), _) => {
                Err(format!("a parameter does not fit the type {ty}").into())
            }
        }
    }

    fn accepts(_: &Type) -> bool {
        true // `to_sql` looks at value and type together
    }

    to_sql_checked!();
}

/// U+0000 cannot be stored: the replacement character stands for it.
fn storable(text: &str) -> Cow<'_, str> {
    match text.contains('\0') {
        true => text.replace('\0', "\u{fffd}").into(),
        false => text.into(),
    }
}

impl<'row> FromSql<'row> for Cell<'row> {
    fn from_sql(ty: &Type, raw: &'row [u8]) -> Result<Self, Failure> {
        match *ty {
            Type::INT8 => i64::from_sql(ty, raw).map(Cell::Integer),
            Type::INT4 => i32::from_sql(ty, raw).map(|number| Cell::Integer(number.into())),
            Type::INT2 => i16::from_sql(ty, raw).map(|number| Cell::Integer(number.into())),
            Type::BOOL => bool::from_sql(ty, raw).map(|truth| Cell::Integer(truth.into())),
            Type::BYTEA => Ok(Cell::Bytes(raw)),
            _ => <&str>::from_sql(ty, raw).map(Cell::Text),
        }
    }

    fn from_sql_null(_: &Type) -> Result<Self, Failure> {
        Ok(Cell::Null)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(
            *ty,
            Type::INT8 | Type::INT4 | Type::INT2 | Type::BOOL | Type::BYTEA | Type::TEXT
        )
    }
}

impl Row for tokio_postgres::Row {
    fn cell(&self, index: usize) -> Option<Cell<'_>> {
        self.try_get(index).ok()
    }
}
