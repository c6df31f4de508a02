//! What pages are made with: texts, templates and the brand of the operator.

use std::sync::{Arc, OnceLock};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};
use minijinja::{
    Environment, Error, ErrorKind, UndefinedBehavior, context,
    value::{Serde, Value},
};
use serde::Serialize;

use crate::{
    assets,
    brand::{Brand, Logo},
    embedded,
    locale::Locale,
    speak::speaker,
    texts::Texts,
};

/// The style sheet with the colours of the operator.
const STYLE: &str = "brand.css";
/// The image of the operator.
const LOGO: &str = "logo";
/// Whoever opens an image on its own gets nothing that runs.
const IMAGE_ALONE: &str =
    "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";

/// What pages are made with.
pub(crate) struct Dress {
    pub(crate) texts: Arc<Texts>,
    pub(crate) default_locale: Locale,
    logo: Option<Arc<Logo>>,
    style: Option<String>,
    templates: Templates,
    /// The templates as built in, when the operator has others.
    built_in: Option<Templates>,
}

/// Templates, and the same with the texts of a language, made when it is first read.
struct Templates {
    all: Environment<'static>,
    spoken: [OnceLock<Environment<'static>>; Locale::ALL.len()],
}

impl Dress {
    /// What `brand` makes of pages; or the name of a template, and why it does not parse.
    pub(crate) fn new(prefix: &str, brand: &Brand) -> Result<Self, (String, Error)> {
        let base = base(prefix, brand);
        let mut all = base.clone();
        for (name, source) in &brand.templates {
            let added = all.add_template_owned(name.clone(), source.clone());
            added.map_err(|error| (name.clone(), error))?;
        }
        Ok(Self {
            texts: Arc::new(Texts::of(brand)),
            default_locale: brand.default_locale,
            logo: brand.logo.clone(),
            style: brand.style.clone(),
            built_in: (!brand.templates.is_empty()).then(|| Templates::of(base)),
            templates: Templates::of(all),
        })
    }

    /// The same for a brand that was checked: what does not parse in spite of that is left out.
    pub(crate) fn checked(prefix: &str, brand: &Brand) -> Self {
        let made = Self::new(prefix, brand).or_else(|(name, error)| {
            tracing::error!(%error, name, "template does not parse; the built-in ones are used");
            let templates = Vec::new();
            let brand = Brand {
                templates,
                ..brand.clone()
            };
            Self::new(prefix, &brand)
        });
        made.unwrap_or_else(|_| Self {
            texts: Arc::new(Texts::of(brand)),
            default_locale: brand.default_locale,
            logo: None,
            style: None,
            templates: Templates::of(base(prefix, brand)),
            built_in: None,
        })
    }

    /// Renders a template; one of the operator that fails gives way to ours.
    pub(crate) fn render<T: Serialize>(
        &self,
        locale: Locale,
        name: &str,
        values: &T,
    ) -> Result<String, Error> {
        let values = Value::from(Serde(values));
        self.render_value(locale, name, values)
    }

    /// Renders a template with values as they are.
    pub(crate) fn render_value(
        &self,
        locale: Locale,
        name: &str,
        values: Value,
    ) -> Result<String, Error> {
        let rendered = self.render_own(locale, name, values.clone());
        match (&self.built_in, rendered) {
            (Some(built_in), Err(error)) => {
                tracing::error!(%error, name, "a template does not render; the built-in one is used");
                built_in.render((&self.texts, locale), name, values)
            }
            (_, rendered) => rendered,
        }
    }

    /// Renders a template, of the operator if there is one.
    pub(crate) fn render_own(
        &self,
        locale: Locale,
        name: &str,
        values: Value,
    ) -> Result<String, Error> {
        self.templates.render((&self.texts, locale), name, values)
    }

    /// Answers for what is the operator's own, when it is asked for.
    pub(crate) fn asset(&self, name: &str, query: Option<&str>) -> Option<Response> {
        let (media_type, content) = match name {
            STYLE => ("text/css; charset=utf-8", self.style.as_ref()?.as_bytes()),
            LOGO => {
                let logo = self.logo.as_ref()?;
                (logo.media_type, logo.content.as_slice())
            }
            _ => return None,
        };
        let kept = assets::kept(&assets::hash(content), query);
        let mut response = Body::from(content.to_vec()).into_response();
        let headers = response.headers_mut();
        for (name, value) in [
            (header::CONTENT_TYPE, media_type),
            (header::CACHE_CONTROL, kept),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::CONTENT_SECURITY_POLICY, IMAGE_ALONE),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        Some(response)
    }
}

impl Templates {
    fn of(all: Environment<'static>) -> Self {
        Self {
            all,
            spoken: Default::default(),
        }
    }

    fn render(
        &self,
        (texts, locale): (&Arc<Texts>, Locale),
        name: &str,
        values: Value,
    ) -> Result<String, Error> {
        let place = self.spoken.get(locale.index());
        let place = place.ok_or_else(|| Error::from(ErrorKind::TemplateNotFound))?;
        let templates = place.get_or_init(|| {
            let mut templates = self.all.clone();
            templates.add_function("t", speaker(Arc::clone(texts), locale));
            templates.add_global("lang", locale.tag());
            templates.add_global("direction", locale.direction());
            templates
        });
        templates.get_template(name)?.render(values)
    }
}

/// The templates as built in, with what the brand adds to all of them.
fn base(prefix: &str, brand: &Brand) -> Environment<'static> {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.add_global("base", Value::from(prefix));
    let own = |name: &str, content: Option<&[u8]>| {
        let content = content?;
        let address = format!("{prefix}/assets/{name}?v={}", assets::hash(content));
        Some(Value::from_safe_string(address))
    };
    let style = own(STYLE, brand.style.as_ref().map(String::as_bytes));
    let logo = own(LOGO, brand.logo.as_ref().map(|it| it.content.as_slice()));
    templates.add_global("brand", context! { style, logo });
    let prefix = prefix.to_owned();
    templates.add_function("asset", move |name: &str| {
        let address = assets::address(name).unwrap_or_default();
        Value::from_safe_string(format!("{prefix}{address}"))
    });
    for (name, source) in embedded::TEMPLATES {
        if let Err(error) = templates.add_template(name, source) {
            tracing::error!(%error, name, "template does not parse"); // a test looks for that
        }
    }
    templates
}
