//! What the pages must do: `prompt`, `max_age` and `acr_values` (OpenID Connect Core section
//! 3.1.2.1, RFC 9470 section 4).

use super::fault::AuthorizeError;
use crate::step_up::Acr;

/// The `prompt` parameter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// `none`: no page may be shown.
    pub none: bool,
    /// `login`: credentials must be given again.
    pub login: bool,
    /// `consent` or `select_account`: the page must be shown. It says who is signed in and
    /// lets somebody else sign in instead.
    pub consent: bool,
}

impl Prompt {
    /// Reads the words; `none` stands alone (AZ-15).
    pub(super) fn parse(text: Option<&str>) -> Result<Self, AuthorizeError> {
        let mut prompt = Self::default();
        let words = text.unwrap_or_default().split(' ');
        for word in words.filter(|word| !word.is_empty()) {
            match word {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "consent" | "select_account" => prompt.consent = true,
                _ => return Err(AuthorizeError::Prompt),
            }
        }
        let contradictory = prompt.none && (prompt.login || prompt.consent);
        if contradictory {
            Err(AuthorizeError::Prompt)
        } else {
            Ok(prompt)
        }
    }
}

/// Reads `max_age`, in seconds.
pub(super) fn max_age(text: Option<&str>) -> Result<Option<u32>, AuthorizeError> {
    let digits = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
    match text {
        None => Ok(None),
        Some(text) => Some(text)
            .filter(digits)
            .and_then(|text| text.parse().ok())
            .map(Some)
            .ok_or(AuthorizeError::MaxAge),
    }
}

/// The weakest sign-in that satisfies `acr_values`, of those that can be had here: any that it
/// names would do, and so would a stronger one. Nobody is sent through pages for what cannot be
/// had (RFC 9470 section 5).
pub(super) fn wanted(text: Option<&str>, strongest: Acr) -> Result<Option<Acr>, AuthorizeError> {
    let text = text.unwrap_or_default();
    let mut named = text.split(' ').filter(|it| !it.is_empty()).peekable();
    if named.peek().is_none() {
        return Ok(None);
    }
    let known = named.filter_map(Acr::parse);
    let weakest = known.filter(|acr| *acr <= strongest).min();
    weakest.map(Some).ok_or(AuthorizeError::Acr)
}
