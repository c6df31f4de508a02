//! Every text that is asked for exists, with what is put into it, in every language.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fs,
    path::{Path, PathBuf},
};

use fluent_bundle::FluentResource;
use fluent_syntax::ast;

use crate::{brand::names, embedded, locale::Locale, texts};

type Variables = BTreeSet<String>;

/// The messages of a language with the variables of each.
fn messages(files: &[(&str, &str)]) -> BTreeMap<String, Variables> {
    let mut found = BTreeMap::new();
    for (name, source) in files {
        let resource = FluentResource::try_new((*source).to_owned());
        let resource = resource.unwrap_or_else(|(_, errors)| panic!("{name}: {errors:?}"));
        for entry in resource.entries() {
            if let ast::Entry::Message(message) = entry {
                let value = message.value.as_ref().expect("a value");
                let variables = names::variables(value);
                let before = found.insert(message.id.name.to_owned(), variables);
                assert!(before.is_none(), "{name}: {} stands twice", message.id.name);
            }
        }
    }
    found
}

/// Calls in `source` of `begin`, up to the bracket that ends them: an id and names of values.
fn calls(source: &str, begin: &str, names: impl Fn(&str) -> Variables) -> Vec<(String, Variables)> {
    let calls = source.split(begin).skip(1);
    let call = |rest: &str| {
        let (id, rest) = rest.split_once('"').expect("an id ends");
        (id.to_owned(), names(rest))
    };
    calls.map(call).collect()
}

/// `, name=value` up to the closing bracket of the call.
fn keywords(rest: &str) -> Variables {
    let (mut depth, mut quote, mut word) = (1, None, String::new());
    let mut found = Variables::new();
    let mut characters = rest.chars().peekable();
    while let Some(c) = characters.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') if depth == 1 => break,
            (None, ')') => depth -= 1,
            (None, '=') if depth == 1 && characters.peek() != Some(&'=') => {
                found.insert(std::mem::take(&mut word));
            }
            (None, c) if c.is_ascii_alphanumeric() || c == '_' => word.push(c),
            (None, _) => word.clear(),
        }
    }
    found
}

/// `.with("name", ..)`, `.number(..)` and `.text(..)` that follow the id of a `Text` at once.
fn methods(rest: &str) -> Option<Variables> {
    let mut rest = rest.strip_prefix(')')?.trim_start();
    let mut found = Variables::new();
    loop {
        let mut starts = [".with(", ".number(", ".text("].into_iter();
        let Some(argument) = starts.find_map(|start| rest.strip_prefix(start)) else {
            return Some(found);
        };
        let argument = argument.trim_start().strip_prefix('"')?;
        let (name, after) = argument.split_once('"')?;
        found.insert(name.to_owned());
        rest = after_call(after)?.trim_start();
    }
}

fn after_call(rest: &str) -> Option<&str> {
    let mut depth = 1;
    for (place, c) in rest.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => return rest.get(place + 1..),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn sources(folder: &Path, into: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).expect("a source");
            into.push((path, text));
        }
    }
}

/// What all our crates say.
fn code() -> Vec<(PathBuf, String)> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for entry in fs::read_dir(crates).expect("crates") {
        sources(&entry.expect("a crate").path().join("src"), &mut found);
    }
    found
}

#[test]
fn every_text_that_a_template_asks_for_exists_with_what_is_put_into_it() {
    let english = messages(embedded::TEXTS_EN);
    for (name, template) in embedded::TEMPLATES {
        for (id, given) in calls(template, " t(\"", keywords) {
            let wanted = english.get(&id);
            let wanted = wanted.unwrap_or_else(|| panic!("{name}: there is no text {id}"));
            assert_eq!(&given, wanted, "{name}: {id}");
        }
    }
}

#[test]
fn every_text_that_code_names_exists_with_what_is_put_into_it() {
    let english = messages(embedded::TEXTS_EN);
    for (path, source) in code() {
        let (path, begin) = (path.display(), concat!("Text::of", "(\""));
        for rest in source.split(begin).skip(1) {
            let (id, rest) = rest.split_once('"').expect("an id ends");
            let wanted = english.get(id);
            let wanted = wanted.unwrap_or_else(|| panic!("{path}: there is no text {id}"));
            // What is put in later, by another statement, is not seen here.
            if let Some(given) = methods(rest).filter(|given| !given.is_empty()) {
                assert_eq!(&given, wanted, "{path}: {id}");
            }
        }
    }
}

#[test]
fn every_english_text_is_asked_for() {
    let code = code();
    let code = code.iter().map(|(_, source)| source.as_str());
    let all = code.chain(embedded::TEMPLATES.iter().map(|(_, template)| *template));
    let named: HashSet<&str> = all.flat_map(|source| source.split('"')).collect();
    for id in messages(embedded::TEXTS_EN).into_keys() {
        assert!(named.contains(id.as_str()), "nobody asks for {id}");
    }
}

#[test]
fn every_language_says_all_that_english_says_with_the_same_values() {
    let english = messages(embedded::TEXTS_EN);
    for locale in Locale::ALL {
        let (said, tag) = (messages(texts::files(locale)), locale.tag());
        for (id, variables) in &english {
            assert_eq!(said.get(id), Some(variables), "{tag}: {id}");
        }
        for id in said.keys() {
            assert!(english.contains_key(id), "{tag}: {id}: no such text");
        }
    }
}

#[test]
fn every_tag_of_a_text_counts_and_is_closed() {
    for locale in Locale::ALL {
        let files = texts::files(locale);
        for (name, source) in files {
            for line in source.lines() {
                let shown = crate::escape::html(line);
                assert!(!shown.contains("&lt;"), "{} {name}: {line}", locale.tag());
                for tag in ["strong", "em", "q", "code", "kbd", "bdi", "span"] {
                    let count = |text: String| line.matches(&text).count();
                    let (open, close) = (count(format!("<{tag}>")), count(format!("</{tag}>")));
                    assert_eq!(open, close, "{} {name}: {line}", locale.tag());
                }
            }
        }
    }
}

#[test]
fn every_template_parses() {
    let mut templates = minijinja::Environment::new();
    for (name, source) in embedded::TEMPLATES {
        let added = templates.add_template(name, source);
        assert!(added.is_ok(), "{name}: {added:?}");
    }
}
