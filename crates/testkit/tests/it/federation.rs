//! People who sign in through an identity provider, from the button to the token and out again.

mod linking;
mod losing;
mod scene;
mod signing_in;
