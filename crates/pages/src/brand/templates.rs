//! Templates of an operator: each takes the place of ours of the same name.
//!
//! Before it does it has to parse, to name only values that ours names, and to render with
//! [`Sample`] values, in every language: once with everything there, once with nothing.

use std::collections::BTreeSet;

use minijinja::{Error, value::Value};

use super::{Brand, BrandError, Sample, names};
use crate::{dress::Dress, embedded, locale::Locale};

/// The largest template.
const LARGEST: usize = 128 * 1024;

/// Whether the templates of `brand` can be used.
pub(super) fn check(brand: &Brand) -> Result<(), BrandError> {
    for (name, source) in &brand.templates {
        let refused =
            |line, reason: String| Err(BrandError::new("templates", reason).at(name, line));
        if source.len() > LARGEST {
            return refused(None, format!("it is larger than {LARGEST} bytes"));
        }
        if built_in(name).is_none() {
            let known: Vec<_> = embedded::TEMPLATES.iter().map(|(name, _)| *name).collect();
            return refused(
                None,
                format!(
                    "there is no template of this name; there are {}",
                    known.join(", ")
                ),
            );
        }
        let known = known_values(name);
        let unknown = names::values(source)
            .into_iter()
            .find(|(value, _)| !known.contains(value));
        if let Some((value, line)) = unknown {
            let known: Vec<_> = known.into_iter().collect();
            return refused(
                Some(line),
                format!(
                    "page.{value} is no value of it; there are {}",
                    known.join(", ")
                ),
            );
        }
    }
    if brand.templates.is_empty() {
        return Ok(());
    }
    let dress = Dress::new("", brand).map_err(|(name, error)| broken(&name, &error))?;
    for (name, _) in &brand.templates {
        for locale in Locale::ALL {
            for counts_as in [true, false] {
                render(&dress, name, locale, counts_as).map_err(|error| broken(name, &error))?;
            }
        }
    }
    Ok(())
}

fn render(dress: &Dress, name: &str, locale: Locale, counts_as: bool) -> Result<(), Error> {
    let sample = || Value::from_object(Sample { counts_as });
    // What a page hands to the templates that it includes.
    let page = minijinja::context! {
        page => sample(), server => sample(), values => sample(), who => sample(),
        terms => sample(), path => "/",
    };
    dress.render_own(locale, name, page).map(drop)
}

fn broken(name: &str, error: &Error) -> BrandError {
    let file = error.name().unwrap_or(name);
    let reason = error
        .detail()
        .map_or_else(|| error.kind().to_string(), str::to_owned);
    BrandError::new("templates", reason).at(file, error.line())
}

fn built_in(name: &str) -> Option<&'static str> {
    let mut all = embedded::TEMPLATES.iter();
    all.find(|(known, _)| *known == name)
        .map(|(_, source)| *source)
}

/// What our template of this name is given, as far as it or what it includes uses it.
fn known_values(name: &str) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    let mut names: Vec<&str> = vec![name];
    let mut seen: Vec<&str> = Vec::new();
    while let Some(name) = names.pop() {
        let Some(source) = built_in(name).filter(|_| !seen.contains(&name)) else {
            continue;
        };
        seen.push(name);
        known.extend(names::values(source).into_iter().map(|(value, _)| value));
        names.extend(names::included(source));
    }
    known
}

#[cfg(test)]
mod tests {
    use super::{super::Wishes, *};

    fn checked(name: &str, source: &str) -> Result<Brand, BrandError> {
        let templates = vec![(name.to_owned(), source.to_owned())];
        Brand::of(Wishes {
            templates,
            ..Wishes::default()
        })
    }

    #[test]
    fn every_template_of_ours_could_be_one_of_an_operator() {
        for (name, source) in embedded::TEMPLATES {
            let checked = checked(name, source);
            assert!(checked.is_ok(), "{checked:?}");
        }
    }

    #[test]
    fn a_template_that_cannot_be_used_is_named_with_its_line() {
        #[rustfmt::skip]
        let cases = [
            ("none.html",    "",                                              "pages.templates: none.html: there is no template of this name"),
            ("home.html",    "{% extends \"layout.html\" %}\n{% if %}",       "pages.templates: home.html:2: "),
            ("home.html",    "\n\n{{ page.clients }}",                        "pages.templates: home.html:3: page.clients is no value of it; there are servers, user"),
            ("home.html",    "\n{{ t(\"no-such-text\") }}",                   "pages.templates: home.html:2: there is no text no-such-text"),
            ("home.html",    "{{ t(\"consent-title\") }}",                    "pages.templates: home.html:1: text consent-title cannot be said"),
            ("home.html",    "{{ nothing }}",                                 "pages.templates: home.html:1: "),
            ("home.html",    "{% include \"http://x\" %}",                    "pages.templates: "),
            ("home.html",    "{% for s in page.servers %}{{ s|nofilter }}{% endfor %}", "nofilter"),
        ];
        for (name, source, expected) in cases {
            let refused = checked(name, source).expect_err(expected).to_string();
            assert!(refused.contains(expected), "{refused}");
        }
    }
}
