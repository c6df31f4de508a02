//! Bytes that come in pieces and are wanted together.

use bytes::{Bytes, BytesMut};

/// What came so far. What came in one piece is not copied.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    first: Bytes,
    more: BytesMut,
}

impl Pieces {
    pub(super) fn push(&mut self, piece: Bytes) {
        if self.is_empty() {
            self.first = piece;
            return;
        }
        if self.more.is_empty() {
            self.more.extend_from_slice(&self.first);
        }
        self.more.extend_from_slice(&piece);
    }

    pub(super) fn len(&self) -> usize {
        self.first.len().max(self.more.len())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// All of it; nothing is left.
    pub(super) fn take(&mut self) -> Bytes {
        let Self { first, more } = std::mem::take(self);
        match more.is_empty() {
            true => first,
            false => more.freeze(),
        }
    }
}
