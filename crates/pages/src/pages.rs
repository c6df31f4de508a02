//! Templates become answers here, and nowhere else.

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::{
    assets,
    brand::Brand,
    dress::Dress,
    escape::{plain, untagged},
    headers::{Policy, guard},
    locale::Locale,
    message::Message,
    text::Text,
};

/// All pages of one server.
pub struct Pages {
    prefix: String,
    dress: ArcSwap<Dress>,
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
    /// Pages as they are built in; links start with `prefix`.
    pub fn new(prefix: &str) -> Self {
        Self::dressed(prefix, &Brand::default())
    }

    /// Pages as `brand` has them; links start with `prefix`.
    pub fn dressed(prefix: &str, brand: &Brand) -> Self {
        Self {
            prefix: prefix.to_owned(),
            dress: ArcSwap::from_pointee(Dress::checked(prefix, brand)),
        }
    }

    /// From now on pages are as `brand` has them.
    pub fn dress(&self, brand: &Brand) {
        let dress = Dress::checked(&self.prefix, brand);
        self.dress.store(Arc::new(dress));
    }

    /// Pages for somebody who reads `locale`.
    pub fn to(&self, locale: Locale) -> Reader {
        Reader {
            dress: self.dress.load_full(),
            locale,
        }
    }

    /// The language of whoever says nothing about theirs.
    pub fn default_locale(&self) -> Locale {
        self.dress.load().default_locale
    }

    /// Answers for a style sheet, a script or the logo: `/assets/NAME` with its query.
    pub fn asset(&self, name: &str, query: Option<&str>) -> Response {
        let dress = self.dress.load();
        match dress.asset(name, query) {
            Some(response) => response,
            None => assets::answer(name, query),
        }
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
        let rendered = self.dress.render(self.locale, template, &Framed { page });
        let mut response = match rendered {
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
}
