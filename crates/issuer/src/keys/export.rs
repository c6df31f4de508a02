//! A signing key on its way to another installation: sealed under a passphrase, never in
//! clear.
//!
//! The key that seals is derived with Argon2id, 64 MiB and three passes, so that a file
//! that got lost is as strong as its passphrase; short ones are refused.

use argon2::{Algorithm as Kdf, Argon2, Params, Version};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_core::{jwk::PublicKey, seal::SealingKey, secret::Secret};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{KeyPair, pair::Pkcs8};

/// The shortest passphrase, in characters.
const SHORTEST: usize = 12;
const LONGEST: usize = 1024;
/// The longest file that is read.
const MAXIMUM_FILE: usize = 64 * 1024;
const FORMAT: &str = "doorward-signing-key-1";
const PURPOSE: &str = "exported signing key";

/// Why a key cannot be exported or read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ExportFault {
    /// The passphrase is too short or too long.
    #[error("a passphrase has between {SHORTEST} and {LONGEST} characters")]
    Passphrase,
    /// The file is something else.
    #[error("this is no signing key that doorward exported")]
    NotAKey,
    /// The passphrase is another, or the file was changed.
    #[error("the passphrase does not open this key, or the file was changed")]
    Unopenable,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exported {
    format: String,
    public: PublicKey,
    salt: String,
    sealed: String,
}

/// Seals `private` under `passphrase`.
pub(crate) fn seal_exported(
    public: &PublicKey,
    private: &Pkcs8,
    passphrase: &Secret,
    (salt, nonce): ([u8; 16], [u8; 12]),
) -> Result<String, ExportFault> {
    if !(SHORTEST..=LONGEST).contains(&passphrase.expose().chars().count()) {
        return Err(ExportFault::Passphrase);
    }
    let key = stretch(passphrase, &salt).ok_or(ExportFault::Passphrase)?;
    let sealed = key.seal(nonce, public.kid.as_str().as_bytes(), private);
    let exported = Exported {
        format: FORMAT.to_owned(),
        public: public.clone(),
        salt: URL_SAFE_NO_PAD.encode(salt),
        sealed: URL_SAFE_NO_PAD.encode(sealed),
    };
    serde_json::to_string_pretty(&exported).map_err(|_| ExportFault::NotAKey)
}

/// Opens what [`seal_exported`] made. What it claims to publish must be its own public half.
pub(crate) fn open_exported(
    text: &str,
    passphrase: &Secret,
) -> Result<(KeyPair, Pkcs8), ExportFault> {
    let exported = Some(text).filter(|text| text.len() <= MAXIMUM_FILE);
    let exported: Option<Exported> = exported.and_then(|text| serde_json::from_str(text).ok());
    let exported = exported
        .filter(|exported| exported.format == FORMAT)
        .ok_or(ExportFault::NotAKey)?;
    let decode = |text: &str| {
        URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| ExportFault::NotAKey)
    };
    let (salt, sealed) = (decode(&exported.salt)?, decode(&exported.sealed)?);
    if passphrase.expose().len() > LONGEST * 4 {
        return Err(ExportFault::Unopenable);
    }
    let key = stretch(passphrase, &salt).ok_or(ExportFault::NotAKey)?;
    let context = exported.public.kid.as_str().as_bytes();
    let opened = key
        .open(context, &sealed)
        .map_err(|_| ExportFault::Unopenable)?;
    let private = Zeroizing::new(opened);
    let pair = KeyPair::parse(exported.public.alg, &private);
    let pair = pair.filter(|pair| *pair.public() == exported.public);
    Ok((pair.ok_or(ExportFault::NotAKey)?, private))
}

fn stretch(passphrase: &Secret, salt: &[u8]) -> Option<SealingKey> {
    let params = Params::new(65_536, 3, 1, None).ok()?;
    let argon2 = Argon2::new(Kdf::Argon2id, Version::V0x13, params);
    let mut key = Zeroizing::new([0; 32]);
    argon2
        .hash_password_into(passphrase.expose().as_bytes(), salt, key.as_mut())
        .ok()?;
    Some(SealingKey::derive(&key, PURPOSE))
}

#[cfg(test)]
mod tests {
    use doorward_core::jwk::Algorithm;

    use super::*;

    #[test]
    fn a_key_comes_back_with_its_passphrase_and_no_other() {
        let (pair, private) = KeyPair::generate(Algorithm::Es256).expect("made");
        let passphrase = Secret::presented("correct horse battery");
        let sealed = seal_exported(pair.public(), &private, &passphrase, ([1; 16], [2; 12]));
        let sealed = sealed.expect("sealed");
        let (again, _) = open_exported(&sealed, &passphrase).expect("opened");
        assert_eq!(again.public(), pair.public());

        let fault = |text: &str, passphrase: &str| {
            open_exported(text, &Secret::presented(passphrase)).err()
        };
        let right = passphrase.expose();
        assert_eq!(
            fault(&sealed, "another passphrase"),
            Some(ExportFault::Unopenable)
        );
        for text in [
            "",
            "{}",
            "[]",
            "-----BEGIN PRIVATE KEY-----",
            &" ".repeat(70_000),
        ] {
            assert_eq!(fault(text, right), Some(ExportFault::NotAKey));
        }
        let renamed = sealed.replace(pair.public().kid.as_str(), "another");
        assert_eq!(fault(&renamed, right), Some(ExportFault::Unopenable));
        let older = sealed.replace(FORMAT, "doorward-signing-key-0");
        assert_eq!(fault(&older, right), Some(ExportFault::NotAKey));
    }

    #[test]
    fn a_short_passphrase_is_refused() {
        let (pair, private) = KeyPair::generate(Algorithm::EdDsa).expect("made");
        for short in ["", "hunter2", "eleven char"] {
            let passphrase = Secret::presented(short);
            let sealed = seal_exported(pair.public(), &private, &passphrase, ([1; 16], [2; 12]));
            assert_eq!(sealed, Err(ExportFault::Passphrase));
        }
    }
}
