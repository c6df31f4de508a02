//! The texts of all languages.
//!
//! A text that a language lacks, or that cannot be put together in it, is said in English; one
//! that English lacks is an error, and a test looks for every id that templates and code name.

use std::sync::{Arc, OnceLock};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

use crate::{
    brand::Brand,
    embedded,
    escape::carried,
    locale::Locale,
    text::{Argument, Text},
};

type Bundle = FluentBundle<Arc<FluentResource>>;
type Resources = Vec<Arc<FluentResource>>;

/// The texts of all languages, prepared when they are first asked for.
pub(crate) struct Texts {
    /// What an operator says otherwise, or in every language (`None`).
    own: Vec<(Option<Locale>, Arc<FluentResource>)>,
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
    /// The texts as `brand` has them.
    pub(crate) fn of(brand: &Brand) -> Self {
        let name = brand.name.iter().map(|name| (None, product(name)));
        let texts = brand.texts.iter();
        let texts = texts.map(|(locale, source)| (Some(*locale), source.clone()));
        let parse = |(locale, source)| {
            let parsed = FluentResource::try_new(source);
            (
                locale,
                Arc::new(parsed.unwrap_or_else(|(parsed, _)| parsed)),
            ) // checked before
        };
        Self {
            own: name.chain(texts).map(parse).collect(),
            bundles: Default::default(),
        }
    }

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
        Some(place.get_or_init(|| {
            let mut bundle = bundle(locale);
            for (of, resource) in &self.own {
                if of.is_none_or(|of| of == locale) {
                    bundle.add_resource_overriding(Arc::clone(resource));
                }
            }
            bundle
        }))
    }
}

/// The term for the name of the server.
fn product(name: &str) -> String {
    let name = name.replace('\\', "\\\\").replace('"', "\\\"");
    format!("-product = {{ \"{name}\" }}\n")
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
    static READ: [OnceLock<Resources>; Locale::ALL.len()] =
        [const { OnceLock::new() }; Locale::ALL.len()];
    static NONE: Resources = Vec::new();
    let place = READ.get(locale.index());
    place.map_or(&NONE, |place| place.get_or_init(|| read(files(locale))))
}

/// The files of a language: name and content.
pub(crate) fn files(locale: Locale) -> &'static [(&'static str, &'static str)] {
    match locale {
        Locale::English => embedded::TEXTS_EN,
        Locale::German => embedded::TEXTS_DE,
        Locale::French => embedded::TEXTS_FR,
        Locale::Spanish => embedded::TEXTS_ES,
        Locale::Japanese => embedded::TEXTS_JA,
        Locale::Chinese => embedded::TEXTS_ZH_HANS,
        Locale::Portuguese => embedded::TEXTS_PT,
    }
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
