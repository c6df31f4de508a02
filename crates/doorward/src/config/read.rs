//! Reading the text of a configuration file: keys and types, with line numbers.

use std::path::Path;

use super::{Configuration, Database, check::storage, document::Document};
use crate::failure::Failure;

/// Reads and checks the file at `path`.
pub(crate) fn read(path: &Path) -> Result<Configuration, Failure> {
    let (document, base) = document(path)?;
    document
        .check(base)
        .map_err(|cause| Failure::new(format!("{}: {cause}", path.display())))
}

fn document(path: &Path) -> Result<(Document, &Path), Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::new(format!("cannot read {shown}: {error}"))
            .fix("name the configuration file with --config FILE")
    })?;
    let document = parse(&text).map_err(|(line, cause)| {
        let line = line.map(|line| format!(":{line}")).unwrap_or_default();
        Failure::new(format!("{shown}{line}: {cause}"))
    })?;
    Ok((document, path.parent().unwrap_or(Path::new("."))))
}

/// Reads only where the file at `path` says that things are kept.
pub(crate) fn read_storage(path: &Path) -> Result<Database, Failure> {
    let (document, base) = document(path)?;
    storage(&document.storage, base)
        .map_err(|cause| Failure::new(format!("{}: {cause}", path.display())))
}

/// The document, or a line number and what is wrong there.
pub(super) fn parse(text: &str) -> Result<Document, (Option<usize>, String)> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map(|before| before.matches('\n').count() + 1);
        (line, explain(error.message()))
    })
}

/// Turns serde's words for an unknown key into ours, with the nearest known key.
fn explain(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let (true, Some(unknown)) = (message.starts_with("unknown field"), quoted.next()) else {
        return message.trim().replace('\n', ", ");
    };
    match nearest(unknown, quoted) {
        Some(known) => format!("unknown key `{unknown}`; did you mean `{known}`?"),
        None => format!("unknown key `{unknown}`; see `doorward config schema`"),
    }
}

/// The most similar of `known`, when it is similar at all.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(similarity, _)| *similarity > 0.75)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_the_nearest_known_one() {
        #[rustfmt::skip]
        let cases = [
            ("lisen = 'x'",                                        1, "unknown key `lisen`; did you mean `listen`?"),
            ("\n\n[token]\naccess_ttl = '1m'",                     3, "unknown key `token`; did you mean `tokens`?"),
            ("[tokens]\nacces_ttl = '1m'",                         2, "unknown key `acces_ttl`; did you mean `access_ttl`?"),
            ("[[servers]]\nname = 'a'\ncomand = ['x']",            3, "unknown key `comand`; did you mean `command`?"),
            ("[[servers]]\nname = 'a'\n[[servers.allow]]\ntool=[]", 4, "unknown key `tool`; did you mean `tools`?"),
            ("[cluster]\nurl = 'redis://x'",                       1, "unknown key `cluster`; see `doorward config schema`"),
            ("[[servers]]\nname = 'a'\nurl = 'http://x'\nheaders = { A = { envi = 'X' } }", 4, "unknown key `envi`; did you mean `env`?"),
        ];
        for (text, line, expected) in cases {
            let (found, message) = parse(text).expect_err(text);
            assert_eq!((found, message.as_str()), (Some(line), expected), "{text}");
        }
    }

    #[test]
    fn a_value_of_the_wrong_type_is_named_with_its_line() {
        #[rustfmt::skip]
        let cases = [
            ("listen = 8080",                     1, "invalid type: integer"),
            ("\n[tokens]\naccess_ttl = '10'",     3, "is not a duration"),
            ("[registration]\ndynamic = 'maybe'", 2, "unknown variant `maybe`"),
            ("a = = b",                           1, ""),
            ("[[servers]]\ntitle = 'x'",          1, "missing field `name`"),
        ];
        for (text, line, expected) in cases {
            let (found, message) = parse(text).expect_err(text);
            assert_eq!(found, Some(line), "{text}: {message}");
            assert!(
                message.contains(expected) && !message.contains('\n'),
                "{text}: {message}"
            );
        }
    }
}
