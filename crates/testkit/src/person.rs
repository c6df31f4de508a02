//! A person with a browser: cookies, forms, and a decision to make.

use axum::Router;
use http::header;

use crate::{
    http::{Answer, Ask, get, post_form},
    page::{Form, forms},
};

/// A person who signs in and answers the consent page.
#[derive(Clone, Debug)]
pub struct Person {
    /// The sign-in name.
    pub name: String,
    /// The password.
    pub password: String,
    cookies: Vec<(String, String)>,
}

impl Person {
    /// Somebody with a fresh browser.
    pub fn new(name: &str, password: &str) -> Self {
        Self {
            name: name.to_owned(),
            password: password.to_owned(),
            cookies: Vec::new(),
        }
    }

    /// Follows an authorization request through the pages until the answer leaves for the
    /// client, pressing `button` on the consent page. Returns the last answer.
    pub async fn decide(&mut self, router: &Router, authorize: &str, button: &str) -> Answer {
        let mut answer = self.visit(router, get(authorize)).await;
        for _ in 0..12 {
            if answer.status.is_redirection() {
                if !answer.location().starts_with('/') && !answer.location().starts_with(ORIGIN) {
                    return answer;
                }
                let next = answer.location().trim_start_matches(ORIGIN).to_owned();
                answer = self.visit(router, get(&next)).await;
                continue;
            }
            let page = forms(&answer.text());
            let has = |form: &&Form, name: &str| form.fields.iter().any(|(key, _)| key == name);
            let sign_in = page.iter().find(|form| has(form, "password"));
            let consent = page
                .iter()
                .find(|form| form.buttons.iter().any(|(_, _, text)| text == button));
            answer = match (sign_in, consent) {
                (Some(form), _) => {
                    let typed = [
                        ("username", self.name.clone()),
                        ("password", self.password.clone()),
                    ];
                    let typed = typed.each_ref().map(|(key, value)| (*key, value.as_str()));
                    let fields = form.filled(&typed, None);
                    self.submit(router, &form.action, &fields).await
                }
                (None, Some(form)) => {
                    let fields = form.filled(&[], Some(button));
                    self.submit(router, &form.action, &fields).await
                }
                (None, None) => return answer,
            };
        }
        answer
    }

    /// Sends a form as the browser does, from the page's own origin.
    pub async fn submit(
        &mut self,
        router: &Router,
        action: &str,
        fields: &[(String, String)],
    ) -> Answer {
        let fields: Vec<_> = fields
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        let ask = post_form(action, &fields)
            .header("origin", ORIGIN)
            .header("sec-fetch-site", "same-origin");
        self.visit(router, ask).await
    }

    /// Sends any request with the cookies of this browser and keeps what is set.
    pub async fn visit(&mut self, router: &Router, ask: Ask) -> Answer {
        let jar: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let ask = if jar.is_empty() {
            ask
        } else {
            ask.header("cookie", &jar.join("; "))
        };
        let answer = ask.send(router).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let pair = cookie
                .to_str()
                .unwrap_or_default()
                .split(';')
                .next()
                .unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.retain(|(known, _)| known != name);
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        answer
    }

    /// The cookies, for tests that move them to another browser.
    pub fn cookies(&self) -> &[(String, String)] {
        &self.cookies
    }
}

/// The public URL of a world in tests.
pub const ORIGIN: &str = "http://127.0.0.1:8080";
