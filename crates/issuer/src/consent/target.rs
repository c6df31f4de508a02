//! Where an answer goes, in words.

use doorward_core::redirect::Destination;
use doorward_pages::Text;

/// One phrase that completes "the answer goes to".
pub(crate) fn in_words(destination: &Destination) -> Text {
    match destination {
        Destination::Web { host } => Text::of("destination-web").with("host", host),
        Destination::Loopback => Text::of("destination-loopback"),
        Destination::Application { scheme } => {
            Text::of("destination-application").with("scheme", scheme)
        }
    }
}
