//! The authorization server: endpoints, sign-in and consent pages, grants.
//!
//! An [`Issuer`] is a value; several can live in one process. Its
//! [`router`](Issuer::router) serves everything under `public_url` that is OAuth
//! or a page for people. Each endpoint has a folder: `http` extracts and
//! renders, `flow` loads, decides by a rule of `doorward-core`, applies and
//! commits, `error` maps every refusal to its wire form, `wire` holds serde types.
//!
//! It never forwards an MCP message, and never answers before the audit record of
//! what it decided is durable. It reaches out to the network for the documents and
//! keys of clients and trusted issuers alone, through `directory` and the guard of `doorward-fetch`.

mod accounts;
mod administration;
mod authorities;
mod authorize;
mod browser;
mod consent;
mod device;
mod directory;
mod federation;
mod form;
mod groups;
mod home;
mod introspect;
mod invitation;
mod issuer;
mod keys;
mod known_devices;
mod letters;
mod limits;
mod metadata;
mod par;
mod passwords;
mod proof;
mod public_url;
mod refusals;
mod register;
mod reset;
mod revoke;
mod routes;
mod security;
mod setup;
mod shared;
mod sign_in;
mod token;
mod trust;
mod userinfo;
mod wire;

pub use accounts::{
    AccountError, AccountForm, AccountRecord, Accounts, Called, Connection, Cookies, FormRefused,
    Fresh, NewPasswordTyped, Reach, Trail, TrailQuery, Visit,
};
pub use administration::{
    Administration, AdministrationError, Begin, KeyAdministration, KeyAdministrationError,
    KeyFacts, Member, NewCertificate, NewClient, NewInitialToken, NewInvitation, PreparedChanges,
    Profile, ProvisionedChange, UserFactors,
};
pub use authorities::{Authorities, ClientCertificates, Untrusted};
pub use federation::Federation;
pub use groups::{GroupsSaid, say_groups, take_out};
pub use issuer::{
    Asking, DynamicRegistration, Issuer, IssuerConfig, IssuerParts, MasterKey, PublishedServer,
    StartError, ToolCatalogue,
};
pub use keys::{KeyError, KeySetChange};
pub use limits::{Guesses, Noted, StrangerNotes};
pub use passwords::NewPassword;
pub use public_url::PublicUrlError;
pub use register::StatementIssuer;
pub use trust::{IssuerKeys, TrustedIssuer};
pub use wire::to_the_end;
