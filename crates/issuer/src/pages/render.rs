//! Templates become answers here, and nowhere else.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use minijinja::{
    Environment, UndefinedBehavior,
    value::{Serde, Value},
};
use serde::Serialize;

use crate::wire::retry_after;

/// Where the style sheet is, below the prefix of the public URL.
pub(crate) const STYLE_SHEET: &str = "/assets/doorward.css";
/// Where the one script is: it posts an answer that goes to its client in a form.
pub(crate) const REPLY_SCRIPT: &str = "/assets/reply.js";

const TEMPLATES: [(&str, &str); 12] = [
    ("layout.html", include_str!("../../templates/layout.html")),
    ("message.html", include_str!("../../templates/message.html")),
    ("sign_in.html", include_str!("../../templates/sign_in.html")),
    ("consent.html", include_str!("../../templates/consent.html")),
    ("reply.html", include_str!("../../templates/reply.html")),
    ("tools.html", include_str!("../../templates/tools.html")),
    ("device.html", include_str!("../../templates/device.html")),
    (
        "device_answer.html",
        include_str!("../../templates/device_answer.html"),
    ),
    ("setup.html", include_str!("../../templates/setup.html")),
    ("welcome.html", include_str!("../../templates/welcome.html")),
    (
        "endpoints.html",
        include_str!("../../templates/endpoints.html"),
    ),
    ("home.html", include_str!("../../templates/home.html")),
];

/// All templates of one issuer.
pub(crate) struct Pages {
    templates: Environment<'static>,
}

/// A page that tells something: what happened, the facts, what to do.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Message {
    pub(crate) title: String,
    pub(crate) lead: String,
    /// Names and values, shown as they were sent.
    pub(crate) facts: Vec<(&'static str, Vec<String>)>,
    /// What to do, by whom.
    pub(crate) advice: Vec<(&'static str, String)>,
    /// Where to go on: an own path and its text.
    pub(crate) next: Option<(String, &'static str)>,
}

#[derive(Serialize)]
struct Framed<'a, T: Serialize> {
    page: &'a T,
}

impl Pages {
    /// Prepares the templates; links start with `prefix`.
    pub(crate) fn new(prefix: &str) -> Self {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.add_global("base", Value::from(prefix));
        for (name, source) in TEMPLATES {
            // A template that does not parse answers 500 below; a test renders all of them.
            if let Err(error) = templates.add_template(name, source) {
                tracing::error!(%error, name, "template does not parse");
            }
        }
        Self { templates }
    }

    /// Renders `template`. Forms of the page may end up at `form_target` besides here.
    pub(crate) fn page<T: Serialize>(
        &self,
        what: (StatusCode, &str),
        page: &T,
        form_target: Option<&str>,
    ) -> Response {
        let target = form_target.map(|source| format!(" {source}"));
        let target = target.unwrap_or_default();
        self.reply(what, page, &format!("form-action 'self'{target}"))
    }

    /// Renders a page that leads to a client: `leave` says where to, and by which script.
    pub(crate) fn reply<T: Serialize>(
        &self,
        (status, template): (StatusCode, &str),
        page: &T,
        leave: &str,
    ) -> Response {
        let mut response = match self.render(template, page) {
            Ok(html) => (status, Body::from(html)).into_response(),
            Err(error) => {
                tracing::error!(%error, template, "page does not render");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        };
        guard(response.headers_mut(), leave);
        response
    }

    /// Renders a message.
    pub(crate) fn message(&self, status: StatusCode, message: &Message) -> Response {
        self.page((status, "message.html"), message, None)
    }

    /// The page for when the store or a pool does not keep up.
    pub(crate) fn come_again(&self, lead: &str, wait: std::time::Duration) -> Response {
        let message = Message {
            title: "Please try again in a moment".to_owned(),
            lead: lead.to_owned(),
            advice: vec![(
                "You",
                "Wait a few seconds and load this page again.".to_owned(),
            )],
            ..Message::default()
        };
        let mut response = self.message(StatusCode::SERVICE_UNAVAILABLE, &message);
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, retry_after(wait));
        response
    }

    fn render<T: Serialize>(&self, template: &str, page: &T) -> Result<String, minijinja::Error> {
        let template = self.templates.get_template(template)?;
        template.render(Value::from(Serde(&Framed { page })))
    }
}

/// The style sheet.
pub(crate) async fn style_sheet() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, include_str!("../../templates/doorward.css")).into_response()
}

/// The script.
pub(crate) async fn reply_script() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, include_str!("../../templates/reply.js")).into_response()
}

/// What holds for every page; each adds where its forms may go.
const STRICT: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";

/// The headers of every page.
fn guard(headers: &mut HeaderMap, leave: &str) {
    let strict = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    let policy = HeaderValue::try_from(format!("{leave}; {STRICT}")).unwrap_or(strict);
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
