//! Templates become answers here, and nowhere else.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use minijinja::{
    Environment, UndefinedBehavior,
    value::{Serde, Value},
};
use serde::Serialize;

use crate::{
    assets, embedded,
    escape::{plain, untagged},
    headers::{Policy, guard},
    locale::Locale,
    message::Message,
    speak::speaker,
    text::Text,
    texts::Texts,
};

/// All pages of one server.
pub struct Pages {
    dress: Arc<Dress>,
}

/// What pages are made with.
struct Dress {
    texts: Arc<Texts>,
    templates: Environment<'static>,
    /// The templates with the texts of a language, made when it is first read.
    spoken: [OnceLock<Environment<'static>>; Locale::ALL.len()],
}

/// Somebody who reads pages in one language.
pub struct Reader {
    dress: Arc<Dress>,
    locale: Locale,
}

#[derive(Serialize)]
struct Framed<'a, T: Serialize> {
    page: &'a T,
}

impl Pages {
    /// Prepares the templates; links start with `prefix`.
    pub fn new(prefix: &str) -> Self {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.add_global("base", Value::from(prefix));
        let base = prefix.to_owned();
        templates.add_function("asset", move |name: &str| {
            let address = assets::address(name).unwrap_or_default();
            Value::from_safe_string(format!("{base}{address}"))
        });
        for (name, source) in embedded::TEMPLATES {
            // A template that does not parse answers 500 below; a test renders all of them.
            if let Err(error) = templates.add_template(name, source) {
                tracing::error!(%error, name, "template does not parse");
            }
        }
        Self {
            dress: Arc::new(Dress {
                texts: Arc::new(Texts::default()),
                templates,
                spoken: Default::default(),
            }),
        }
    }

    /// Pages for somebody who reads `locale`.
    pub fn to(&self, locale: Locale) -> Reader {
        Reader {
            dress: Arc::clone(&self.dress),
            locale,
        }
    }

    /// The language of whoever says nothing about theirs.
    pub fn default_locale(&self) -> Locale {
        Locale::default()
    }

    /// Answers for a style sheet or a script, `/assets/NAME` with its query.
    pub fn asset(&self, name: &str, query: Option<&str>) -> Response {
        assets::answer(name, query)
    }
}

impl Reader {
    /// Renders `template` with `page`. Its forms lead here alone.
    pub fn page<T: Serialize>(&self, what: (StatusCode, &str), page: &T) -> Response {
        self.page_with(what, page, &Policy::default())
    }

    /// Renders `template` with `page`, which may lead where `policy` says.
    pub fn page_with<T: Serialize>(
        &self,
        (status, template): (StatusCode, &str),
        page: &T,
        policy: &Policy,
    ) -> Response {
        let mut response = match self.render(template, page) {
            Ok(html) => (status, Body::from(html)).into_response(),
            Err(error) => {
                tracing::error!(%error, template, "page does not render");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        };
        guard(response.headers_mut(), policy, self.locale);
        response
    }

    /// Renders a message.
    pub fn message(&self, status: StatusCode, message: &Message) -> Response {
        self.page((status, "message.html"), message)
    }

    /// The page for when the store or a pool does not keep up.
    pub fn come_again(&self, lead: Text, wait: Duration) -> Response {
        let message = Message::new(Text::of("message-again"), lead);
        let message = message.you(Text::of("message-again-you"));
        let mut response = self.message(StatusCode::SERVICE_UNAVAILABLE, &message);
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        response
    }

    /// The page for when the store fails.
    pub fn storage_failed(&self, wait: Duration) -> Response {
        self.come_again(Text::of("message-storage"), wait)
    }

    /// `text` in words, for where there is no HTML.
    pub fn say(&self, text: &Text) -> String {
        match self.dress.texts.say(self.locale, text) {
            Ok(said) => plain(&untagged(&said)),
            Err(error) => {
                tracing::error!(%error, "text cannot be said");
                text.id().to_owned()
            }
        }
    }

    /// The language.
    pub fn locale(&self) -> Locale {
        self.locale
    }

    fn render<T: Serialize>(&self, template: &str, page: &T) -> Result<String, minijinja::Error> {
        let Some(templates) = self.dress.spoken(self.locale) else {
            return Err(minijinja::ErrorKind::TemplateNotFound.into());
        };
        let template = templates.get_template(template)?;
        template.render(Value::from(Serde(&Framed { page })))
    }
}

impl Dress {
    fn spoken(&self, locale: Locale) -> Option<&Environment<'static>> {
        let place = self.spoken.get(locale.index())?;
        Some(place.get_or_init(|| {
            let mut templates = self.templates.clone();
            templates.add_function("t", speaker(Arc::clone(&self.texts), locale));
            templates.add_global("lang", locale.tag());
            templates.add_global("direction", locale.direction());
            templates
        }))
    }
}
