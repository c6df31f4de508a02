//! Texts of an operator: files like `de.ftl`, whose messages take the place of ours.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentResource;
use fluent_syntax::{ast, parser::ParserError};

use super::{BrandError, names};
use crate::{embedded, locale::Locale};

/// The largest file of texts.
const LARGEST: usize = 256 * 1024;

/// The files, each for a language, when all of their messages are known.
pub(super) fn checked(files: Vec<(String, String)>) -> Result<Vec<(Locale, String)>, BrandError> {
    let known = known();
    let check = |(name, source): (String, String)| {
        let locale = language(&name)?;
        let found = check_file(&source, &known);
        found.map_err(|(line, reason)| BrandError::new("texts", reason).at(&name, line))?;
        Ok((locale, source))
    };
    files.into_iter().map(check).collect()
}

type Known = BTreeMap<String, BTreeSet<String>>;
type Found = Result<(), (Option<usize>, String)>;

fn language(name: &str) -> Result<Locale, BrandError> {
    let found = Locale::ALL.into_iter().find(|locale| {
        let tag = name.strip_suffix(".ftl");
        tag == Some(locale.tag())
    });
    found.ok_or_else(|| {
        let known = Locale::ALL.map(|it| format!("{}.ftl", it.tag())).join(", ");
        BrandError::new(
            "texts",
            format!("no file of this name is read; there are {known}"),
        )
        .at(name, None)
    })
}

/// The English messages with what each takes.
fn known() -> Known {
    let mut known = Known::new();
    for (_, source) in embedded::TEXTS_EN {
        let parsed = FluentResource::try_new((*source).to_owned());
        let resource = parsed.unwrap_or_else(|(resource, _)| resource);
        for entry in resource.entries() {
            if let ast::Entry::Message(message) = entry {
                let variables = message.value.as_ref().map(names::variables);
                known.insert(message.id.name.to_owned(), variables.unwrap_or_default());
            }
        }
    }
    known
}

fn check_file(source: &str, known: &Known) -> Found {
    if source.len() > LARGEST {
        return Err((None, format!("it is larger than {LARGEST} bytes")));
    }
    let parsed = FluentResource::try_new(source.to_owned());
    let resource = parsed.map_err(|(_, errors)| {
        let first = errors.first();
        let line = first.map(|error| names::line(source, entry_start(source, error)));
        let reason = first.map(ToString::to_string).unwrap_or_default();
        (line, format!("it does not parse: {reason}"))
    })?;
    for entry in resource.entries() {
        match entry {
            ast::Entry::Message(message) => check_message(source, message, known)?,
            ast::Entry::Term(_)
            | ast::Entry::Comment(_)
            | ast::Entry::GroupComment(_)
            | ast::Entry::ResourceComment(_)
            | ast::Entry::Junk { .. } => {}
        }
    }
    Ok(())
}

/// Where the entry begins in which an error was found.
fn entry_start(source: &str, error: &ParserError) -> usize {
    let Some(slice) = error.slice.clone() else {
        return error.pos.start;
    };
    let junk = source.get(slice.start..).unwrap_or_default();
    slice.start + (junk.len() - junk.trim_start().len())
}

fn check_message(source: &str, message: &ast::Message<&str>, known: &Known) -> Found {
    let id = message.id.name;
    let starts = format!("{id} ");
    let place = source.lines().position(|line| line.starts_with(&starts));
    let refused = |reason| Err((place.map(|place| place + 1), reason));
    let Some(takes) = known.get(id) else {
        return refused(format!("there is no text {id}; remove it"));
    };
    let variables = message.value.as_ref().map(names::variables);
    match variables.unwrap_or_default().difference(takes).next() {
        None => Ok(()),
        Some(other) => {
            let takes: Vec<_> = takes.iter().map(|name| format!("${name}")).collect();
            let takes = match takes.as_slice() {
                [] => "no values".to_owned(),
                takes => takes.join(", "),
            };
            refused(format!("${other} is no value of {id}, which takes {takes}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_used_is_named_with_its_line() {
        #[rustfmt::skip]
        let cases = [
            ("it.ftl", "a = b",                                              "pages.texts: it.ftl: no file of this name is read"),
            ("de.ftl", "sign-in-title = A\nno-such-text = B\n",              "pages.texts: de.ftl:2: there is no text no-such-text"),
            ("de.ftl", "consent-title = Erlauben { $clint }?\n",             "pages.texts: de.ftl:1: $clint is no value of consent-title, which takes $client"),
            ("de.ftl", "sign-in-title = { $x }\n",                           "takes no values"),
            ("de.ftl", "sign-in-title = A\n\nconsent-title = { $client\n",   "pages.texts: de.ftl:3: it does not parse"),
        ];
        for (name, source, expected) in cases {
            let files = vec![(name.to_owned(), source.to_owned())];
            let refused = checked(files).expect_err(expected).to_string();
            assert!(refused.contains(expected), "{refused}");
        }
        let good = "-product = Tor\nsign-in-title = Herein\nconsent-title = { $client }?\nconsent-heading = ?\n";
        let files = vec![("de.ftl".to_owned(), good.to_owned())];
        assert_eq!(checked(files), Ok(vec![(Locale::German, good.to_owned())]));
    }
}
