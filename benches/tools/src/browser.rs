//! A person with a browser: keeps cookies, follows redirects, fills in forms, says yes.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http::{Request, header};
use http_body_util::Full;
use url::Url;

use crate::{
    connection::{Answer, Connection},
    form::{Form, forms},
};

const MAXIMUM_PAGES: usize = 12;

/// One browser on one connection.
pub struct Browser {
    connection: Connection,
    cookies: HashMap<String, String>,
    name: String,
    password: String,
}

impl Browser {
    /// A browser for pages at the origin of `issuer`, in the hands of this user.
    pub fn new(issuer: &Url, name: &str, password: &str) -> Self {
        Self {
            connection: Connection::to(issuer),
            cookies: HashMap::new(),
            name: name.to_owned(),
            password: password.to_owned(),
        }
    }

    /// Another window of the same browser: the same cookies, its own connection.
    pub fn window(&self, issuer: &Url) -> Self {
        let fresh = Self::new(issuer, &self.name, &self.password);
        Self {
            cookies: self.cookies.clone(),
            ..fresh
        }
    }

    /// Opens an authorization URL and says yes until the redirect to the client; returns that.
    pub async fn authorize(&mut self, url: Url, redirect: &str) -> Result<Url> {
        let mut page = url;
        let mut answer = self.get(&page).await?;
        for _ in 0..MAXIMUM_PAGES {
            if let Some(location) = answer.headers.get(header::LOCATION) {
                page = page.join(location.to_str()?)?;
                if page.as_str().starts_with(redirect) {
                    return Ok(page);
                }
                answer = self.get(&page).await?;
                continue;
            }
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            let all = forms(&text);
            let form = all.iter().find(|form| form.asks_password()).or(all.first());
            let form =
                form.with_context(|| format!("{} at {page}, no form: {text}", answer.status))?;
            (page, answer) = self.submit(&page, form).await?;
        }
        bail!("no end after {MAXIMUM_PAGES} pages, at {page}")
    }

    async fn get(&mut self, url: &Url) -> Result<Answer> {
        let request = Request::get(target(url))
            .header(header::ACCEPT, "text/html")
            .header("sec-fetch-site", "none")
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document");
        self.send(request, Bytes::new()).await
    }

    async fn submit(&mut self, page: &Url, form: &Form) -> Result<(Url, Answer)> {
        let to = page.join(&form.action)?;
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form.filled(&self.name, &self.password))
            .finish();
        let request = Request::post(target(&to))
            .header(header::ACCEPT, "text/html")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, page.origin().ascii_serialization())
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document");
        let answer = self.send(request, body.into()).await?;
        Ok((to, answer))
    }

    async fn send(&mut self, request: http::request::Builder, body: Bytes) -> Result<Answer> {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = request.body(Full::new(body))?;
        if !cookies.is_empty() {
            request
                .headers_mut()
                .insert(header::COOKIE, cookies.join("; ").parse()?);
        }
        let answer = self.connection.send(request).await?;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            self.keep(cookie.to_str()?);
        }
        Ok(answer)
    }

    fn keep(&mut self, cookie: &str) {
        let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
        let Some((name, value)) = pair.trim().split_once('=') else {
            return;
        };
        if value.is_empty() || attributes.to_lowercase().contains("max-age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

fn target(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}
