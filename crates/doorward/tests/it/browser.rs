//! A person with a browser, and the client that sent them: the whole login.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    http::{Response, request},
    process::Running,
};

/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const REDIRECT: &str = "http://127.0.0.1:7/callback";

/// Cookies of one origin.
pub(crate) struct Browser {
    authority: String,
    cookies: BTreeMap<String, String>,
}

/// What a client holds after the login.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) client: String,
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Browser {
    pub(crate) fn new(authority: &str) -> Self {
        Self {
            authority: authority.to_owned(),
            cookies: BTreeMap::new(),
        }
    }

    /// Opens a page, following redirects on this origin.
    pub(crate) fn open(&mut self, target: &str) -> Response {
        let response = self.send("GET", target, &[("Sec-Fetch-Site", "none")], "");
        self.follow(response)
    }

    /// Fills in the form of a page and follows where it leads.
    pub(crate) fn submit(&mut self, page: &Response, fields: &[(&str, &str)]) -> Response {
        let form = page
            .body
            .split("<form")
            .nth(1)
            .unwrap_or_else(|| panic!("no form in {page:?}"));
        let action = attribute(form, "action").expect("action");
        let path = action
            .split_once(&self.authority)
            .map_or(action.as_str(), |(_, path)| path);
        let mut pairs: Vec<(String, String)> = filled_in(form);
        pairs.extend(
            fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let origin = format!("http://{}", self.authority);
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Origin", origin.as_str()),
            ("Sec-Fetch-Site", "same-origin"),
        ];
        let response = self.send("POST", path, &headers, &encode(&pairs));
        self.follow(response)
    }

    fn follow(&mut self, mut response: Response) -> Response {
        for _ in 0..10 {
            let Some(location) = response.header("location").map(str::to_owned) else {
                return response;
            };
            let origin = format!("http://{}", self.authority);
            let target = location.strip_prefix(&origin).unwrap_or(&location);
            if !target.starts_with('/') {
                return response;
            }
            response = self.send("GET", target, &[("Sec-Fetch-Site", "same-origin")], "");
        }
        panic!("redirects without end: {response:?}");
    }

    fn send(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let cookies = cookies.join("; ");
        let mut headers = headers.to_vec();
        if !cookies.is_empty() {
            headers.push(("Cookie", &cookies));
        }
        let response = request(&self.authority, method, target, &headers, body).expect("answer");
        for (name, value) in &response.headers {
            if name == "set-cookie"
                && let Some((key, value)) = value
                    .split(';')
                    .next()
                    .and_then(|pair| pair.split_once('='))
            {
                self.cookies.insert(key.to_owned(), value.to_owned());
            }
        }
        response
    }
}

/// Registers a client, signs `user` in, allows everything, and redeems the code.
pub(crate) fn log_in(running: &Running, user: &str, password: &str) -> Tokens {
    let authority = running.authority();
    let client = register(authority);
    let mut browser = Browser::new(authority);
    let query = encode(&[
        ("response_type".to_owned(), "code".to_owned()),
        ("client_id".to_owned(), client.clone()),
        ("redirect_uri".to_owned(), REDIRECT.to_owned()),
        ("code_challenge".to_owned(), CHALLENGE.to_owned()),
        ("code_challenge_method".to_owned(), "S256".to_owned()),
        ("resource".to_owned(), running.endpoint().to_owned()),
        ("state".to_owned(), "a-state".to_owned()),
    ]);
    let sign_in = browser.open(&format!("/authorize?{query}"));
    let consent = browser.submit(&sign_in, &[("username", user), ("password", password)]);
    let answer = browser.submit(&consent, &[("decision", "allow")]);
    let location = answer
        .header("location")
        .unwrap_or_else(|| panic!("no answer: {answer:?}"));
    let answer = url::Url::parse(location).expect("URL");
    assert_eq!(parameter(&answer, "state"), "a-state");
    assert_eq!(parameter(&answer, "iss"), format!("http://{authority}")); // RFC 9207
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &parameter(&answer, "code")),
        ("redirect_uri", REDIRECT),
        ("client_id", &client),
        ("code_verifier", VERIFIER),
        ("resource", running.endpoint()),
    ];
    let response = token(authority, &form).expect("answer");
    assert_eq!(response.status, 200, "{response:?}");
    Tokens::of(&client, &response.json())
}

impl Tokens {
    fn of(client: &str, response: &Value) -> Self {
        let text = |member: &str| response[member].as_str().unwrap_or_default().to_owned();
        Self {
            client: client.to_owned(),
            access: text("access_token"),
            refresh: text("refresh_token"),
        }
    }

    /// Presents the refresh token.
    pub(crate) fn refresh(&self, authority: &str) -> std::io::Result<Response> {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", &self.refresh),
            ("client_id", &self.client),
        ];
        token(authority, &form)
    }

    /// What a successful refresh brought.
    pub(crate) fn successor(&self, response: &Response) -> Self {
        assert_eq!(response.status, 200, "{response:?}");
        Self::of(&self.client, &response.json())
    }
}

fn register(authority: &str) -> String {
    let document = json!({
        "client_name": "A test",
        "redirect_uris": [REDIRECT],
        "token_endpoint_auth_method": "none",
    });
    let json = [("Content-Type", "application/json")];
    let response =
        request(authority, "POST", "/register", &json, &document.to_string()).expect("answer");
    assert_eq!(response.status, 201, "{response:?}");
    response.json()["client_id"]
        .as_str()
        .expect("client_id")
        .to_owned()
}

fn token(authority: &str, form: &[(&str, &str)]) -> std::io::Result<Response> {
    let pairs: Vec<(String, String)> = form
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    request(authority, "POST", "/token", &headers, &encode(&pairs))
}

/// `application/x-www-form-urlencoded`.
pub(crate) fn encode(pairs: &[(String, String)]) -> String {
    let mut url = url::Url::parse("http://localhost").expect("URL");
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap_or_default().to_owned()
}

fn parameter(url: &url::Url, name: &str) -> String {
    let found = url.query_pairs().find(|(known, _)| known == name);
    found
        .map(|(_, value)| value.into_owned())
        .unwrap_or_else(|| panic!("no {name} in {url}"))
}

/// What a form sends as it is shown: its hidden fields and what is ticked.
fn filled_in(form: &str) -> Vec<(String, String)> {
    let form = form.split("</form>").next().unwrap_or(form);
    let tag = |input: &'_ str| input.split('>').next().unwrap_or_default().to_owned();
    let sent = |input: &String| {
        let ticked = input.split_whitespace().any(|word| word == "checked");
        input.contains("type=\"hidden\"") || ticked
    };
    let inputs: Vec<String> = form.split("<input").skip(1).map(tag).filter(sent).collect();
    let pair = |input: &str| Some((attribute(input, "name")?, attribute(input, "value")?));
    inputs.iter().map(String::as_str).filter_map(pair).collect()
}

fn attribute(element: &str, name: &str) -> Option<String> {
    let (_, rest) = element.split_once(&format!("{name}=\""))?;
    let value = rest.split('"').next()?;
    let entities = [
        ("&#x2f;", "/"),
        ("&#x27;", "'"),
        ("&quot;", "\""),
        ("&amp;", "&"),
    ];
    Some(entities.iter().fold(value.to_owned(), |text, (entity, c)| {
        text.replace(entity, c)
    }))
}
