//! What of a registration depends on whether client certificates are asked for here.

use super::{Method, Registration, RegistrationError};

/// What a server offers to clients that have a certificate (RFC 8705).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateOffer {
    /// Nothing: nobody is asked for one.
    Nothing,
    /// A certificate of the client's own authenticates it, and any binds its tokens.
    Own,
    /// Besides, one of an authority authenticates it.
    Authorities,
}

impl CertificateOffer {
    /// The methods that authenticate clients by a certificate.
    pub fn methods(self) -> &'static [&'static str] {
        match self {
            Self::Nothing => &[],
            Self::Own => &["self_signed_tls_client_auth"],
            Self::Authorities => &["tls_client_auth", "self_signed_tls_client_auth"],
        }
    }
}

impl Registration {
    /// What of the registration can be kept where this is offered: nobody registers for a
    /// method that never works, and who wants tokens that are bound to its certificate is
    /// told when it will get others.
    pub fn within(self, offer: CertificateOffer) -> Result<Self, RegistrationError> {
        self.works_within(offer)?;
        Ok(Self {
            certificate_bound: self.certificate_bound && offer != CertificateOffer::Nothing,
            ..self
        })
    }

    /// Whether it can be kept as it is. Of a document everything is, since nobody can be told
    /// what else it will get: what it wants is kept for when it is offered.
    pub fn works_within(&self, offer: CertificateOffer) -> Result<(), RegistrationError> {
        let works = match &self.method {
            Method::None | Method::Secret(_) | Method::PrivateKey(_) => true,
            Method::Certificate(_) => offer == CertificateOffer::Authorities,
            Method::OwnCertificate(_) => offer != CertificateOffer::Nothing,
        };
        if !works {
            return Err(RegistrationError::AuthenticationMethod);
        }
        let twice = self.certificate_bound && self.dpop_bound;
        match twice && offer != CertificateOffer::Nothing {
            true => Err(RegistrationError::BoundTwice),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn certificates_are_registered_only_where_they_are_asked_for() {
        use CertificateOffer::{Authorities, Nothing, Own};
        const DNS: (&str, &str) = ("tls_client_auth_san_dns", "app.example");
        let read = |method: &str, (member, value): (&str, &str)| {
            let document = json!({
                "redirect_uris": ["http://localhost/cb"],
                "token_endpoint_auth_method": method,
                "tls_client_certificate_bound_access_tokens": true,
                member: value,
            });
            let read = Registration::read(document.as_object().expect("an object"));
            read.expect("acceptable somewhere")
        };
        let keys = ("jwks_uri", "https://c.example/keys");
        #[rustfmt::skip]
        let cases = [
            ("none",                        keys, Nothing,     Some(false)),
            ("none",                        keys, Own,         Some(true)),
            ("private_key_jwt",             keys, Nothing,     Some(false)),
            ("tls_client_auth",             DNS,  Nothing,     None),
            ("tls_client_auth",             DNS,  Own,         None),
            ("tls_client_auth",             DNS,  Authorities, Some(true)),
            ("self_signed_tls_client_auth", keys, Nothing,     None),
            ("self_signed_tls_client_auth", keys, Own,         Some(true)),
            ("self_signed_tls_client_auth", keys, Authorities, Some(true)),
        ];
        for (method, member, offer, expected) in cases {
            let kept = read(method, member).within(offer);
            let bound = kept.map(|kept| kept.certificate_bound);
            let expected = expected.ok_or(RegistrationError::AuthenticationMethod);
            assert_eq!(bound, expected, "{method} {offer:?}");
        }
    }

    #[test]
    fn tokens_are_bound_once_where_both_are_offered_and_a_wish_is_kept() {
        use CertificateOffer::{Authorities, Nothing, Own};
        let document = json!({
            "redirect_uris": ["http://localhost/cb"],
            "token_endpoint_auth_method": "none",
            "tls_client_certificate_bound_access_tokens": true,
            "dpop_bound_access_tokens": true,
        });
        let read = || {
            let read = Registration::read(document.as_object().expect("an object"));
            read.expect("acceptable somewhere")
        };
        for offer in [Own, Authorities] {
            let refused = Err(RegistrationError::BoundTwice);
            assert_eq!(read().works_within(offer), refused);
            assert_eq!(read().within(offer).map(|_| ()), refused);
        }
        assert_eq!(read().works_within(Nothing), Ok(()));
        let kept = read().within(Nothing).expect("the key alone binds");
        assert!(kept.dpop_bound && !kept.certificate_bound);
    }
}
