//! Turning a name into addresses, once per connection.
//!
//! A small trait, so that a test can play a hostile name server and a
//! deployment can bring its own resolver. Nothing is cached here: the answer is
//! checked and dialled at once, so a name cannot change its mind in between.

use std::{io, net::IpAddr, pin::Pin};

/// The addresses of a name, when they are known.
pub type Resolving<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// Knows the addresses of names.
pub trait Resolve: Send + Sync {
    /// All addresses of `name`, in the order in which they should be tried.
    ///
    /// Asked exactly once per connection, never for literals or `localhost`.
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a>;
}

/// The resolver of the operating system, with its hosts file and search rules.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a> {
        Box::pin(async move {
            let answers = tokio::net::lookup_host((name, 0)).await?;
            Ok(answers.map(|address| address.ip()).collect())
        })
    }
}
