//! The texts of all languages.
//!
//! A text that a language lacks, or that cannot be put together in it, is said in English; one
//! that English lacks is an error, and a test looks for every id that templates and code name.

use std::sync::{Arc, LazyLock, OnceLock};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

use crate::{
    embedded,
    escape::carried,
    locale::Locale,
    text::{Argument, Text},
};

type Bundle = FluentBundle<Arc<FluentResource>>;
type Resources = Vec<Arc<FluentResource>>;

/// The texts of all languages, prepared when they are first asked for.
#[derive(Default)]
pub(crate) struct Texts {
    bundles: [OnceLock<Bundle>; Locale::ALL.len()],
}

/// A text cannot be said.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unsaid {
    /// No such text.
    #[error("there is no text {0}")]
    Unknown(String),
    /// It wants something that was not given.
    #[error("text {id} cannot be said: {reason}")]
    Incomplete {
        /// Which.
        id: String,
        /// Why.
        reason: String,
    },
}

impl Texts {
    /// Says `text` in `locale`; values are carried as [`carried`] has them.
    pub(crate) fn say(&self, locale: Locale, text: &Text) -> Result<String, Unsaid> {
        let mut arguments = FluentArgs::new();
        for (name, value) in text.arguments() {
            arguments.set(name.to_owned(), self.value(locale, value)?);
        }
        self.say_with(locale, text.id(), &arguments)
    }

    /// Says the text `id` in `locale` with these arguments, or in English.
    pub(crate) fn say_with(
        &self,
        locale: Locale,
        id: &str,
        arguments: &FluentArgs<'_>,
    ) -> Result<String, Unsaid> {
        match self.try_say(locale, id, arguments) {
            Err(_) if locale != Locale::English => self.try_say(Locale::English, id, arguments),
            said => said,
        }
    }

    fn try_say(
        &self,
        locale: Locale,
        id: &str,
        arguments: &FluentArgs<'_>,
    ) -> Result<String, Unsaid> {
        let unknown = || Unsaid::Unknown(id.to_owned());
        let bundle = self.bundle(locale).ok_or_else(unknown)?;
        let message = bundle.get_message(id).ok_or_else(unknown)?;
        let pattern = message.value().ok_or_else(unknown)?;
        let mut errors = Vec::new();
        let said = bundle.format_pattern(pattern, Some(arguments), &mut errors);
        match errors.first() {
            None => Ok(said.into_owned()),
            Some(error) => Err(Unsaid::Incomplete {
                id: id.to_owned(),
                reason: error.to_string(),
            }),
        }
    }

    fn value(&self, locale: Locale, argument: &Argument) -> Result<FluentValue<'static>, Unsaid> {
        Ok(match argument {
            Argument::Words(words) => carried(words).into(),
            Argument::Number(number) => (*number).into(),
            Argument::Text(text) => self.say(locale, text)?.into(),
        })
    }

    fn bundle(&self, locale: Locale) -> Option<&Bundle> {
        let place = self.bundles.get(locale.index())?;
        Some(place.get_or_init(|| bundle(locale)))
    }
}

fn bundle(locale: Locale) -> Bundle {
    let language: LanguageIdentifier = locale.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    bundle.set_use_isolating(false); // `carried` isolates what needs it
    for resource in built_in(locale) {
        if let Err(errors) = bundle.add_resource(Arc::clone(resource)) {
            tracing::error!(?errors, language = locale.tag(), "texts with the same id");
        }
    }
    bundle
}

/// The texts that are built in, read once in a process.
fn built_in(locale: Locale) -> &'static Resources {
    static READ: [LazyLock<Resources>; Locale::ALL.len()] = [
        LazyLock::new(|| read(embedded::TEXTS_EN)),
        LazyLock::new(|| read(embedded::TEXTS_DE)),
        LazyLock::new(|| read(embedded::TEXTS_FR)),
        LazyLock::new(|| read(embedded::TEXTS_ES)),
        LazyLock::new(|| read(embedded::TEXTS_JA)),
        LazyLock::new(|| read(embedded::TEXTS_ZH_HANS)),
        LazyLock::new(|| read(embedded::TEXTS_PT)),
    ];
    static NONE: Resources = Vec::new();
    READ.get(locale.index()).map_or(&NONE, |read| read)
}

fn read(files: &[(&str, &str)]) -> Resources {
    let parsed = files.iter().map(|(name, source)| {
        // What does not parse is left out; a test looks for that.
        FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(parsed, errors)| {
            tracing::error!(?errors, name, "a file of texts does not parse");
            parsed
        })
    });
    parsed.map(Arc::new).collect()
}
