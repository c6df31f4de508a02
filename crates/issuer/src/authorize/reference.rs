//! A word by which somebody who was refused and the operator talk about the same refusal.

use doorward_core::entropy::{Entropy, draw};

/// A reference: two groups of four characters, in the audit log and on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference(String);

impl Reference {
    /// A new one.
    pub(super) fn make(entropy: &dyn Entropy) -> Self {
        let bytes: [u8; 4] = draw(entropy);
        let [a, b, c, d] = bytes;
        Self(format!("{a:02X}{b:02X}-{c:02X}{d:02X}"))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}
