//! Black-box tests of the issuer through its router: a stopped clock, seeded chance, a store
//! in memory. One file for each RFC or topic.
#![cfg(test)]

mod holder;
mod pki;
mod world;

mod administration;
mod assertions;
mod audit;
mod authorize;
mod certificates;
mod client_authentication;
mod client_documents;
mod codes;
mod consent;
mod consent_choices;
mod consent_outcomes;
mod consent_page;
mod details;
mod devices;
mod dpop;
mod environments;
mod exchange;
mod failures;
mod fetch_quotas;
mod host;
mod introspection;
mod jar;
mod jwt_bearer;
mod keys;
mod languages;
mod lifetimes;
mod management;
mod metadata;
mod openid;
mod openid_hints;
mod own_access;
mod pages;
mod par;
mod promises;
mod races;
mod refresh;
mod refusals;
mod registration;
mod replies;
mod resources;
mod revocation;
mod rotated_keys;
mod setup;
mod sign_in;
mod statements;
mod step_up;
mod token;
mod userinfo;
mod vectors;
