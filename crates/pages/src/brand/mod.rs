//! What an operator makes of the pages: name, logo, colours, texts, templates.
//!
//! A [`Brand`] is the proof that all of it can be used: pages are dressed with it without
//! asking again, so a reload takes the whole of it or stays with the one before.

mod colours;
mod logo;
pub(crate) mod names;
mod sample;
mod templates;
mod texts;

use std::{fmt, sync::Arc};

use doorward_core::client::display_name;

pub use self::colours::Shades;
pub(crate) use self::{logo::Logo, sample::Sample};
use crate::locale::Locale;

/// What an operator wishes, as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// What the server is called.
    pub name: Option<String>,
    /// The content of the file of the logo, and its name.
    pub logo: Option<(String, Vec<u8>)>,
    /// Colours where it is light.
    pub light: Shades,
    /// Colours where it is dark.
    pub dark: Shades,
    /// Files of texts: name (`de.ftl`) and content.
    pub texts: Vec<(String, String)>,
    /// Files of templates: name (`consent.html`) and content.
    pub templates: Vec<(String, String)>,
    /// The language of whoever asks for none of ours.
    pub default_locale: Option<String>,
}

/// Wishes that can be met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brand {
    pub(crate) name: Option<String>,
    pub(crate) logo: Option<Arc<Logo>>,
    /// A style sheet that sets the colours; none when they are as built in.
    pub(crate) style: Option<String>,
    pub(crate) texts: Vec<(Locale, String)>,
    pub(crate) templates: Vec<(String, String)>,
    pub(crate) default_locale: Locale,
}

/// Why wishes cannot be met: the key, where in which file, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("pages.{key}{place}: {reason}")]
pub struct BrandError {
    key: &'static str,
    place: Place,
    reason: String,
}

/// A file and a line in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    file: Option<String>,
    line: Option<usize>,
}

impl Brand {
    /// Takes wishes that can be met.
    pub fn of(wishes: Wishes) -> Result<Self, BrandError> {
        let default_locale = wishes.default_locale.as_deref().map(locale).transpose()?;
        let brand = Self {
            name: wishes.name.map(name).transpose()?,
            logo: wishes.logo.map(Logo::of).transpose()?.map(Arc::new),
            style: colours::style(&wishes.light, &wishes.dark)?,
            texts: texts::checked(wishes.texts)?,
            templates: wishes.templates,
            default_locale: default_locale.unwrap_or_default(),
        };
        templates::check(&brand)?;
        Ok(brand)
    }
}

impl BrandError {
    fn new(key: &'static str, reason: impl Into<String>) -> Self {
        Self {
            key,
            place: Place::default(),
            reason: reason.into(),
        }
    }

    fn at(mut self, file: &str, line: Option<usize>) -> Self {
        self.place = Place {
            file: Some(file.to_owned()),
            line,
        };
        self
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line) {
            (None, _) => Ok(()),
            (Some(file), None) => write!(f, ": {file}"),
            (Some(file), Some(line)) => write!(f, ": {file}:{line}"),
        }
    }
}

fn name(text: String) -> Result<String, BrandError> {
    if text.is_empty() || display_name(&text) != text {
        let reason = "a name has 1 to 64 characters, without line breaks and invisible ones";
        return Err(BrandError::new("name", reason));
    }
    Ok(text)
}

fn locale(tag: &str) -> Result<Locale, BrandError> {
    let known = || Locale::ALL.map(Locale::tag).join(", ");
    let found = Locale::of_tag(tag);
    found.ok_or_else(|| {
        let reason = format!("there are no texts in `{tag}`; there are {}", known());
        BrandError::new("default_locale", reason)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut Wishes)) -> String {
        let mut wishes = Wishes::default();
        change(&mut wishes);
        Brand::of(wishes).expect_err("refused").to_string()
    }

    #[test]
    fn what_cannot_be_met_is_named_with_its_key() {
        assert!(refused(|it| it.name = Some(String::new())).starts_with("pages.name: "));
        assert!(refused(|it| it.name = Some("a\nb".to_owned())).starts_with("pages.name: "));
        let locale = refused(|it| it.default_locale = Some("it".to_owned()));
        assert!(locale.contains("there are en, de, fr"), "{locale}");
    }

    #[test]
    fn no_wishes_are_the_pages_as_built_in() {
        assert_eq!(Brand::of(Wishes::default()), Ok(Brand::default()));
    }
}
