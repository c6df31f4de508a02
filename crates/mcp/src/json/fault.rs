//! Why a text was refused as JSON.

/// A refusal and the byte at which it was noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} (byte {at})")]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Offset in bytes from the start of the body.
    pub at: usize,
}

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultKind {
    /// Not valid UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// Starts with a byte order mark.
    #[error("byte order mark before the document")]
    ByteOrderMark,
    /// Ends inside a value.
    #[error("document ends too early")]
    End,
    /// A byte that cannot stand here.
    #[error("unexpected byte")]
    Unexpected,
    /// Something after the document.
    #[error("content after the document")]
    Trailing,
    /// A raw control character inside a string.
    #[error("control character in a string")]
    Control,
    /// An escape that JSON does not know.
    #[error("unknown escape in a string")]
    Escape,
    /// A `\u` escape for half of a surrogate pair.
    #[error("lone surrogate in a string")]
    Surrogate,
    /// A number that is not finite as a double.
    #[error("number out of range")]
    Number,
    /// Two members of one object with the same name.
    #[error("duplicate key")]
    Duplicate,
    /// Nested deeper than [`super::MAX_DEPTH`].
    #[error("nested too deep")]
    Depth,
}

impl FaultKind {
    /// Whether the text is no JSON at all (`-32700`); the other faults are
    /// refusals of text that the JSON grammar would let pass (`-32600`).
    pub const fn is_syntax(self) -> bool {
        match self {
            Self::NotUtf8
            | Self::ByteOrderMark
            | Self::End
            | Self::Unexpected
            | Self::Trailing
            | Self::Control
            | Self::Escape => true,
            Self::Surrogate | Self::Number | Self::Duplicate | Self::Depth => false,
        }
    }
}
