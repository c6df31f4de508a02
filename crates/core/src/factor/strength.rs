//! How strong a sign-in was, and the words of RFC 8176 for it.

use crate::{
    session::{Method, Methods},
    step_up::Acr,
};

impl Methods {
    /// How strong they are together.
    pub fn acr(&self) -> Acr {
        if self.contains(Method::Passkey) {
            Acr::Passkey
        } else if self.is_first() && self.is_second() {
            Acr::Mfa
        } else {
            Acr::Password
        }
    }

    /// `amr` of tokens (RFC 8176 section 2). A passkey is a key that was proven to be held
    /// (`pop`) by somebody who was checked (`user`): whether hardware holds it, nobody can say
    /// who does not ask for attestation. A link has no word there.
    pub fn amr(&self) -> Vec<&'static str> {
        let mut words: Vec<&'static str> = self.iter().flat_map(words).copied().collect();
        if self.acr() > Acr::Password {
            words.push("mfa");
        }
        words.sort_unstable();
        words.dedup();
        words
    }

    fn is_first(&self) -> bool {
        [Method::Password, Method::Federated, Method::Link]
            .into_iter()
            .any(|method| self.contains(method))
    }

    fn is_second(&self) -> bool {
        self.contains(Method::Totp) || self.contains(Method::RecoveryCode)
    }
}

fn words(method: Method) -> &'static [&'static str] {
    match method {
        Method::Password => &["pwd"],
        Method::Totp | Method::RecoveryCode => &["otp"],
        Method::Passkey => &["pop", "user"],
        Method::Federated => &["fed"],
        Method::Link => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_have_a_strength_and_words() {
        use Method::{Federated, Link, Passkey, Password, RecoveryCode, Totp};
        #[rustfmt::skip]
        let cases: [(&[Method], Acr, &[&str]); 8] = [
            (&[Password],               Acr::Password, &["pwd"]),
            (&[Federated],              Acr::Password, &["fed"]),
            (&[Link],                   Acr::Password, &[]),
            (&[Totp, RecoveryCode],     Acr::Password, &["otp"]),
            (&[Password, Totp],         Acr::Mfa,      &["mfa", "otp", "pwd"]),
            (&[Federated, RecoveryCode], Acr::Mfa,     &["fed", "mfa", "otp"]),
            (&[Passkey],                Acr::Passkey,  &["mfa", "pop", "user"]),
            (&[Password, Passkey],      Acr::Passkey,  &["mfa", "pop", "pwd", "user"]),
        ];
        for (methods, acr, amr) in cases {
            let methods = Methods::of(methods.iter().copied());
            assert_eq!((methods.acr(), methods.amr().as_slice()), (acr, amr));
        }
    }
}
