//! Doorward from outside: issuer and gateway together, as clients meet them.

mod attack_issuer;
mod canary;
mod clients;
mod login;
mod metadata;
mod policy;
mod surface;
