//! Bridges between eras: a server of one looks like a server of the other.

pub(crate) mod lifted;
