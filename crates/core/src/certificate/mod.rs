//! Client certificates (RFC 8705): what was shown, what it says, whom it names.
//!
//! ```text
//! handshake --possession proven--> PresentedCertificate --read--> Certificate
//!                                   thumbprint, while it is valid: what tokens are bound to
//!                                   Certificate: subject, names, validity
//! ```
//!
//! A certificate is only ever the one of the connection: none is taken from a header.
//! Whether somebody vouches for it is judged where the authorities are known, in
//! `doorward-issuer`; nothing here trusts anything.

mod authority;
mod distinguished_name;
mod expected;
mod presented;
mod read;
mod thumbprint;

pub use self::{
    authority::{AuthorityTerms, NoAuthority},
    distinguished_name::{DistinguishedName, DistinguishedNameError},
    expected::{ExpectedError, ExpectedSubject},
    presented::PresentedCertificate,
    read::{Certificate, Unreadable},
    thumbprint::CertificateThumbprint,
};
