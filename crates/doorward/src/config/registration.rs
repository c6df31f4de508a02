//! `[registration]`: how clients become known.

use std::path::Path;

use doorward_core::{
    client::{ClientKeys, PrivateKey},
    jwk::Algorithm,
    permit::Pattern,
    registration::Domains,
    secret::Digest,
};
use doorward_issuer::{DynamicRegistration, StatementIssuer};
use url::Url;

use super::{
    PublicUrl,
    document::{ClientDocuments, Dynamic, Registration, StatementIssuerEntry},
};

/// Shorter ones could be guessed.
const SHORTEST_TOKEN: usize = 32;

/// Whether clients may register themselves, and with which tokens.
pub(super) fn dynamic(
    registration: &Registration,
    base: &Path,
) -> Result<DynamicRegistration, String> {
    let tokens = registration.tokens.iter().map(|token| {
        let text = token.resolve(base);
        let text = text.map_err(|cause| format!("registration.tokens: {cause}"))?;
        if text.len() < SHORTEST_TOKEN {
            return Err(format!(
                "registration.tokens: a token must have at least {SHORTEST_TOKEN} characters"
            ));
        }
        Ok(Digest::of(&text))
    });
    let tokens: Vec<Digest> = tokens.collect::<Result<_, String>>()?;
    match (registration.dynamic, tokens.is_empty()) {
        // Without any here, those of `doorward client token add` count.
        (Dynamic::Token, _) => Ok(DynamicRegistration::Token(tokens)),
        (Dynamic::Open | Dynamic::Off, false) => {
            Err("registration.tokens only go with registration.dynamic = \"token\"".to_owned())
        }
        (Dynamic::Open, true) => Ok(DynamicRegistration::Open),
        (Dynamic::Off, true) => Ok(DynamicRegistration::Off),
    }
}

/// Whose software statements count.
pub(super) fn statement_issuers(
    registration: &Registration,
) -> Result<Vec<StatementIssuer>, String> {
    let issuer = |entry: &StatementIssuerEntry| {
        let url = Url::parse(&entry.jwks_uri).ok();
        let url = url.filter(|url| url.scheme() == "https" && url.username().is_empty());
        let url = url.ok_or_else(|| {
            format!(
                "registration.software_statements: jwks_uri `{}` must be an https URL",
                entry.jwks_uri
            )
        })?;
        Ok(StatementIssuer {
            issuer: entry.issuer.clone(),
            key: PrivateKey {
                keys: ClientKeys::At(url.into()),
                algorithms: vec![Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256],
            },
        })
    };
    registration
        .software_statements
        .iter()
        .map(issuer)
        .collect()
}

/// Documents on this machine are for development: a stranger who names one would otherwise
/// learn what listens here.
pub(super) fn loopback(
    documents: &ClientDocuments,
    public_url: &PublicUrl,
) -> Result<bool, String> {
    if documents.loopback && !public_url.is_local() {
        return Err(format!(
            "registration.client_id_metadata.loopback is for development and public_url is {public_url}; remove it"
        ));
    }
    Ok(documents.loopback)
}

pub(super) fn domains(documents: ClientDocuments) -> Option<Domains> {
    let patterns = |texts: Vec<String>| texts.into_iter().map(Pattern::new).collect();
    documents.enabled.then(|| Domains {
        allow: patterns(documents.allow),
        deny: patterns(documents.deny),
        ask: patterns(documents.ask),
    })
}

#[cfg(test)]
mod tests {
    use super::{super::read::parse, *};

    fn registration(text: &str) -> Result<(DynamicRegistration, Vec<StatementIssuer>), String> {
        let document = parse(text).expect(text);
        let dynamic = dynamic(&document.registration, Path::new("/"))?;
        Ok((dynamic, statement_issuers(&document.registration)?))
    }

    #[test]
    fn tokens_go_with_the_mode_that_asks_for_them() {
        let token = "x".repeat(32);
        let with = |mode: &str, tokens: &str| {
            registration(&format!(
                "registration = {{ dynamic = '{mode}', tokens = [{tokens}] }}"
            ))
        };
        let (mode, _) = with("token", &format!("'{token}'")).expect("accepted");
        assert_eq!(mode, DynamicRegistration::Token(vec![Digest::of(&token)]));
        let (mode, _) = with("token", "").expect("tokens are made by command");
        assert_eq!(mode, DynamicRegistration::Token(Vec::new()));
        for (mode, tokens, expected) in [
            ("token", "'short'".to_owned(), "at least 32 characters"),
            ("open", format!("'{token}'"), "only go with"),
            ("off", format!("'{token}'"), "only go with"),
        ] {
            let cause = with(mode, &tokens).expect_err(expected);
            assert!(cause.contains(expected), "{cause}");
            assert!(!cause.contains(&token));
        }
    }

    #[test]
    fn an_issuer_of_statements_has_its_keys_behind_https() {
        let with = |uri: &str| {
            registration(&format!(
                "registration.software_statements = [{{ issuer = 'https://i.example', jwks_uri = '{uri}' }}]"
            ))
        };
        let (_, issuers) = with("https://i.example/keys").expect("accepted");
        assert_eq!(issuers[0].issuer, "https://i.example");
        assert!(with("http://i.example/keys").is_err());
        assert!(with("keys").is_err());
    }
}
