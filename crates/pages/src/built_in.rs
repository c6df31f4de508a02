//! The files that an operator can put others in the place of, as they are built in.

use crate::{embedded, locale::Locale, texts};

/// Every template and the texts of every language: a path (`templates/consent.html`,
/// `texts/de.ftl`) and its content.
pub fn built_in() -> impl Iterator<Item = (String, String)> {
    let templates = embedded::TEMPLATES.iter();
    let templates =
        templates.map(|(name, source)| (format!("templates/{name}"), (*source).to_owned()));
    let texts = Locale::ALL.map(|locale| {
        let files = texts::files(locale).iter().map(|(_, source)| *source);
        let name = format!("texts/{}.ftl", locale.tag());
        (name, files.collect::<Vec<_>>().join("\n"))
    });
    templates.chain(texts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brand::{Brand, Wishes};

    #[test]
    fn what_is_built_in_could_be_an_operators() {
        let of = |folder: &str| -> Vec<(String, String)> {
            let named = |(path, content): (String, String)| {
                let name = path.strip_prefix(folder)?.to_owned();
                Some((name, content))
            };
            built_in().filter_map(named).collect()
        };
        let (templates, texts) = (of("templates/"), of("texts/"));
        assert!(templates.len() > 10 && texts.len() == Locale::ALL.len());
        let brand = Brand::of(Wishes {
            templates,
            texts,
            ..Wishes::default()
        });
        assert!(brand.is_ok(), "{brand:?}");
    }
}
