//! Somebody in front of a browser.

use http::{Method, StatusCode, header};

use super::{Answer, AuthorizeRequest, World, request};

/// Somebody in front of a browser.
#[derive(Clone, Default)]
pub(crate) struct Person {
    pub(crate) cookie: Option<String>,
    pub(crate) site: Option<&'static str>,
}

impl Person {
    pub(crate) async fn get(&mut self, world: &World, path: &str) -> Answer {
        let site = self.site.unwrap_or("none");
        let mut headers = vec![("sec-fetch-site", site)];
        headers.extend(self.cookie.as_deref().map(|cookie| ("cookie", cookie)));
        let sent = request(Method::GET, path, &headers, String::new());
        let answer = world.send(sent).await;
        self.keep_cookies(&answer);
        answer
    }

    /// A form of one of our own pages.
    pub(crate) async fn post(
        &mut self,
        world: &World,
        path: &str,
        pairs: &[(&str, &str)],
    ) -> Answer {
        let mut headers = vec![("origin", "null"), ("sec-fetch-site", "same-origin")];
        headers.extend(self.cookie.as_deref().map(|cookie| ("cookie", cookie)));
        let answer = world.post_with(path, &headers, pairs).await;
        self.keep_cookies(&answer);
        answer
    }

    pub(crate) async fn sign_in(
        &mut self,
        world: &World,
        name: &str,
        password: &str,
        flow: &str,
    ) -> Answer {
        let pairs = [("username", name), ("password", password), ("flow", flow)];
        self.post(world, "/login", &pairs).await
    }

    /// From the request to the consent page.
    pub(crate) async fn consent_page(
        &mut self,
        world: &World,
        request: &AuthorizeRequest,
    ) -> Answer {
        let begun = self.get(world, &request.path()).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.body);
        let page = self.get(world, &begun.location()).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        page
    }

    /// Sends the form as it is but for `more`: what is ticked on the page is sent along.
    pub(crate) async fn answer(
        &mut self,
        world: &World,
        page: &Answer,
        more: &[(&str, &str)],
    ) -> Answer {
        let (flow, tag) = (page.field("flow"), page.field("form"));
        let mut pairs = vec![("flow", flow.as_str()), ("form", tag.as_str())];
        for name in ["person", "profile"] {
            let ticked = page.body.contains(&format!("name=\"{name}\""));
            if ticked && !more.iter().any(|(said, _)| *said == name) {
                pairs.push((name, "tell"));
            }
        }
        pairs.extend_from_slice(more);
        self.post(world, "/consent", &pairs).await
    }

    /// From the request to the answer, allowing it.
    pub(crate) async fn allow(&self, world: &World, request: &AuthorizeRequest) -> Answer {
        let mut person = self.clone();
        let page = person.consent_page(world, request).await;
        let answer = person.answer(world, &page, &[("decision", "allow")]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        answer
    }

    /// The cookie of this name, as it is sent.
    pub(crate) fn cookie_named(&self, name: &str) -> Option<String> {
        let mut all = self.cookie.iter().flat_map(|line| line.split("; "));
        let found = all.find(|pair| pair.split('=').next() == Some(name));
        found.map(str::to_owned)
    }

    pub(crate) fn keep_cookies(&mut self, answer: &Answer) {
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().expect("ASCII").split(';').next();
            let pair = pair.expect("a pair").to_owned();
            let name = |pair: &str| pair.split('=').next().map(str::to_owned);
            let kept = self.cookie.iter().flat_map(|line| line.split("; "));
            let others = kept.filter(|other| name(other) != name(&pair));
            let mut line: Vec<_> = others.map(str::to_owned).collect();
            line.push(pair);
            self.cookie = Some(line.join("; "));
        }
    }
}
