//! The headers of every page.

use http::{HeaderMap, HeaderValue, header};

use crate::locale::Locale;

/// Where a page may lead, and whether a script of ours runs on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    form_action: String,
    scripts: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            form_action: "'self'".to_owned(),
            scripts: false,
        }
    }
}

impl Policy {
    /// Forms may end up at `source` besides here: browsers hold them to their whole way (CO-10).
    #[must_use]
    pub fn form_to(mut self, source: &str) -> Self {
        self.form_action = format!("'self' {source}");
        self
    }

    /// Forms may go to `sources` alone.
    #[must_use]
    pub fn forms_only_to(mut self, sources: &str) -> Self {
        sources.clone_into(&mut self.form_action);
        self
    }

    /// Files of ours may run as scripts.
    #[must_use]
    pub fn with_scripts(mut self) -> Self {
        self.scripts = true;
        self
    }

    fn header(&self) -> HeaderValue {
        let scripts = if self.scripts {
            "script-src 'self'; "
        } else {
            ""
        };
        let policy = format!("{scripts}form-action {}; {STRICT}", self.form_action);
        let closed = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
        HeaderValue::try_from(policy).unwrap_or(closed)
    }
}

/// What holds for every page; each adds where its forms may go.
const STRICT: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";

/// Sets the headers of a page.
pub(crate) fn guard(headers: &mut HeaderMap, policy: &Policy, locale: Locale) {
    headers.insert(header::CONTENT_SECURITY_POLICY, policy.header());
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_LANGUAGE, locale.tag()),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
