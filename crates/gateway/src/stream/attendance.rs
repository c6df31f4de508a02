//! Whether the token of somebody who waits for an answer is still good (R-026).
//!
//! ```text
//! nothing to wait for -> on the roll -> after a second or two: under watch -> over
//! ```

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use super::watch::{Holder, Pulse, Sign, Watch};

/// One who may have to wait.
#[derive(Default)]
pub(crate) enum Attendance {
    /// They do not wait yet.
    #[default]
    Absent,
    /// They have waited for a moment.
    Seated(Seated),
    /// They have waited for long.
    Watched(Pulse),
}

/// A place on the roll; left when dropped.
pub(crate) struct Seated {
    watch: Arc<Watch>,
    number: usize,
}

impl Attendance {
    /// Whether their token is known to be no longer good. Registers nothing.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self, Self::Watched(pulse) if pulse.is_over())
    }

    /// Ready as soon as the token is no longer good. To be asked whenever there is nothing to
    /// send, and only then: `holder` is made for those who wait for long.
    pub(crate) fn poll_over(
        &mut self,
        context: &Context<'_>,
        watch: &Arc<Watch>,
        holder: impl FnOnce() -> Holder,
    ) -> Poll<()> {
        if matches!(self, Self::Absent)
            && let Some(number) = watch.roll().sit()
        {
            let watch = Arc::clone(watch);
            *self = Self::Seated(Seated { watch, number });
        }
        if let Self::Seated(seated) = self {
            std::task::ready!(watch.roll().poll_late(seated.number, context));
        }
        if !matches!(self, Self::Watched(_)) {
            *self = Self::Watched(watch.attend(holder()));
        }
        match self {
            Self::Watched(pulse) if pulse.sign(context) == Sign::End => Poll::Ready(()),
            Self::Watched(_) | Self::Absent | Self::Seated(_) => Poll::Pending,
        }
    }
}

impl Drop for Seated {
    fn drop(&mut self) {
        self.watch.roll().leave(self.number);
    }
}
