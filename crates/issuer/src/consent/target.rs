//! Where an answer goes, in words.

use doorward_core::redirect::Destination;

/// One phrase that completes "the answer goes to".
pub(crate) fn in_words(destination: &Destination) -> String {
    match destination {
        Destination::Web { host } => host.clone(),
        Destination::Loopback => "a program on this computer".to_owned(),
        Destination::Application { scheme } => {
            format!("the application that opens {scheme}: links on this computer")
        }
    }
}
