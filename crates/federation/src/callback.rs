//! What the browser brings back from a provider (RFC 6749 section 4.1.2, RFC 9207).

use doorward_core::secret::Secret;

/// The parameters of a callback. Nothing is believed before the `state` was found to be ours.
#[derive(Clone, Debug)]
pub struct Callback {
    /// Which sign-in it belongs to.
    pub state: Secret,
    /// The code, or what the provider says instead.
    pub code: Result<Secret, Refusal>,
    /// Who says so (RFC 9207).
    pub iss: Option<String>,
}

/// A provider sent the browser back without a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The person, or the provider for them, said no.
    #[error("access was denied there")]
    Denied,
    /// It cannot right now.
    #[error("it is not available right now")]
    Unavailable,
    /// Anything else: mostly a registration that does not fit.
    #[error("it did not accept the request; look at the registration of Doorward there")]
    Other,
}

/// The parameters are not those of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallbackFault {
    /// There is no `state`.
    #[error("the answer belongs to no sign-in")]
    NoState,
    /// A parameter stands there twice, or neither code nor error does.
    #[error("the answer cannot be read")]
    Malformed,
}

/// Longer ones are nobody's.
const MAXIMUM_VALUE: usize = 8 * 1024;

impl Callback {
    /// Reads decoded pairs. A known parameter that is repeated makes all of them worthless.
    pub fn read<'a>(
        pairs: impl Iterator<Item = (&'a str, &'a str)> + Clone,
    ) -> Result<Self, CallbackFault> {
        let one = |name: &str| -> Result<Option<&'a str>, CallbackFault> {
            let mut values = pairs.clone().filter(|(key, _)| *key == name);
            match (values.next(), values.next()) {
                (None, _) => Ok(None),
                (Some((_, value)), None) if value.len() <= MAXIMUM_VALUE => {
                    Ok(Some(value).filter(|value| !value.is_empty()))
                }
                (Some(_), _) => Err(CallbackFault::Malformed),
            }
        };
        let state = one("state")?.ok_or(CallbackFault::NoState)?;
        let code = match (one("code")?, one("error")?) {
            (Some(code), None) => Ok(Secret::presented(code)),
            (None, Some(error)) => Err(Refusal::named(error)),
            (Some(_), Some(_)) | (None, None) => return Err(CallbackFault::Malformed),
        };
        Ok(Self {
            state: Secret::presented(state),
            code,
            iss: one("iss")?.map(str::to_owned),
        })
    }
}

impl Refusal {
    fn named(error: &str) -> Self {
        match error {
            "access_denied" | "consent_required" | "login_required" | "interaction_required" => {
                Self::Denied
            }
            "temporarily_unavailable" | "server_error" => Self::Unavailable,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&'static str, &'static str)]) -> Result<Callback, CallbackFault> {
        Callback::read(pairs.iter().copied())
    }

    #[test]
    fn a_callback_has_a_state_and_either_a_code_or_an_error() {
        let good = read(&[("code", "c"), ("state", "s"), ("scope", "x")]).expect("good");
        assert_eq!((good.state.expose(), good.iss), ("s", None));
        let refused = read(&[("error", "access_denied"), ("state", "s")]).expect("read");
        assert_eq!(refused.code.err(), Some(Refusal::Denied));
        let named = read(&[("code", "c"), ("state", "s"), ("iss", "https://i")]).expect("read");
        assert_eq!(named.iss.as_deref(), Some("https://i"));
        type Case = (&'static [(&'static str, &'static str)], CallbackFault);
        let cases: [Case; 6] = [
            (&[("code", "c")], CallbackFault::NoState),
            (&[("code", "c"), ("state", "")], CallbackFault::NoState),
            (&[("state", "s")], CallbackFault::Malformed),
            (
                &[("code", "c"), ("error", "e"), ("state", "s")],
                CallbackFault::Malformed,
            ),
            (
                &[("code", "c"), ("code", "d"), ("state", "s")],
                CallbackFault::Malformed,
            ),
            (
                &[("code", "c"), ("state", "s"), ("state", "s")],
                CallbackFault::Malformed,
            ),
        ];
        for (pairs, expected) in cases {
            assert_eq!(read(pairs).map(drop), Err(expected), "{pairs:?}"); // LG-04
        }
    }
}
