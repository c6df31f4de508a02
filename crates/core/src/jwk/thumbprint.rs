//! JWK thumbprints (RFC 7638): one name for a key, wherever it appears.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::KeyMaterial;
use crate::secret::Digest;

/// The SHA-256 thumbprint of a public key, in base64url: `jkt` of DPoP (RFC 9449
/// section 6), and the `kid` of our own keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Thumbprint(String);

impl Thumbprint {
    /// Takes back a thumbprint that was stored, claimed or sent.
    pub fn from_known(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Takes what somebody else sent, when it has the form of a thumbprint.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        Some(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The thumbprint as it appears on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl KeyMaterial {
    /// The thumbprint of this key (RFC 7638 section 3; RFC 8037 section 2 for Edwards curves).
    pub fn thumbprint(&self) -> Thumbprint {
        // INVARIANT: the required members in the order of their names, without spaces
        let canonical = match self {
            Self::EllipticCurve { crv, x, y } => {
                members(&[("crv", crv), ("kty", "EC"), ("x", x), ("y", y)])
            }
            Self::OctetKeyPair { crv, x } => members(&[("crv", crv), ("kty", "OKP"), ("x", x)]),
            Self::Rsa { n, e } => members(&[("e", e), ("kty", "RSA"), ("n", n)]),
        };
        Thumbprint(URL_SAFE_NO_PAD.encode(Digest::of(&canonical).as_bytes()))
    }
}

fn members(members: &[(&str, &str)]) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let member = |(name, value): &(&str, &str)| format!("{}:{}", quoted(name), quoted(value));
    let members: Vec<_> = members.iter().map(member).collect();
    format!("{{{}}}", members.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thumbprints_are_those_of_the_rfcs() {
        let rsa = KeyMaterial::Rsa {
            n: concat!(
                "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRX",
                "jBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaS",
                "qzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksIN",
                "HaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
            )
            .to_owned(),
            e: "AQAB".to_owned(),
        };
        let edwards = KeyMaterial::OctetKeyPair {
            crv: "Ed25519".to_owned(),
            x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".to_owned(),
        };
        // RFC 9449 section 6.1
        let curve = KeyMaterial::EllipticCurve {
            crv: "P-256".to_owned(),
            x: "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs".to_owned(),
            y: "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA".to_owned(),
        };
        for (key, expected) in [
            (rsa, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"), // RFC 7638 section 3.1
            (edwards, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"), // RFC 8037 appendix A.3
            (curve, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"),
        ] {
            assert_eq!(key.thumbprint().as_str(), expected);
        }
    }

    #[test]
    fn only_the_form_of_a_thumbprint_is_taken_from_others() {
        let good = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
        assert_eq!(Thumbprint::parse(good), Some(Thumbprint::from_known(good)));
        for bad in [
            "",
            "AAAA",
            "0ZcOCORZNYy+DWpqq30jZyJGHTN0d2HglBV3uiguA4I",
            &format!("{good}="),
        ] {
            assert_eq!(Thumbprint::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_a_member_holds_cannot_pose_as_another_member() {
        let key = |crv: &str, x: &str| KeyMaterial::OctetKeyPair {
            crv: crv.to_owned(),
            x: x.to_owned(),
        };
        let honest = key("a", "b");
        let smuggled = key("a\",\"kty\":\"OKP\",\"x\":\"b", "");
        assert_ne!(honest.thumbprint(), smuggled.thumbprint());
    }
}
