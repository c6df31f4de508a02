//! A Doorward that admits the staff of a provider, and browsers on their way.

use doorward_federation::Provider;
use doorward_testkit::{
    client::{Client, Tokens},
    http::{Answer, get},
    page::forms,
    person::{ORIGIN, Person},
    provider::{FakeProvider, Somebody, openid_provider},
    world::World,
};
use http::header;

pub(super) struct Scene {
    pub(super) world: World,
    pub(super) provider: FakeProvider,
}

/// Somebody who has no account here yet.
pub(super) fn nadia() -> Somebody {
    Somebody::named("nadia", &["staff", "readers"])
}

/// A browser in which nobody signed in yet.
pub(super) fn browser() -> Person {
    Person::new("nobody", "no password")
}

impl Scene {
    pub(super) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(super) async fn with(change: impl FnOnce(&mut Provider)) -> Self {
        let mut world = World::new().await;
        let provider = FakeProvider::start(world.clock.clone()).await;
        let mut configured = openid_provider(&provider.issuer);
        change(&mut configured);
        world.federation.providers = vec![configured];
        world.restart().await;
        Self { world, provider }
    }

    /// Presses the button on the page at `path`: where the browser is sent.
    pub(super) async fn press(&self, person: &mut Person, path: &str) -> String {
        let page = person.visit(&self.world.router, get(path)).await;
        let page = match page.status.is_redirection() {
            true => {
                person
                    .visit(&self.world.router, get(&own(page.location())))
                    .await
            }
            false => page,
        };
        let form = forms(&page.text())
            .into_iter()
            .find(|it| it.action == "/login/idp");
        let form = form.expect("a button");
        let fields = form.filled(&[], None);
        let sent = person
            .submit(&self.world.router, &form.action, &fields)
            .await;
        assert_eq!(sent.status, 200, "{}", sent.text());
        sent_to(&sent)
    }

    /// Goes to the provider from the page at `path` and comes back as `somebody`.
    pub(super) async fn come(
        &self,
        person: &mut Person,
        path: &str,
        somebody: &Somebody,
    ) -> Answer {
        let url = self.press(person, path).await;
        let back = self.provider.approve(&url, somebody);
        self.back(person, &back).await
    }

    /// The browser comes back by a link of another site.
    pub(super) async fn back(&self, person: &mut Person, url: &str) -> Answer {
        let ask = get(&own(url)).header("sec-fetch-site", "cross-site");
        person.visit(&self.world.router, ask).await
    }

    /// Who is signed in in a browser, by what the first page says.
    pub(super) async fn user(&self, person: &mut Person) -> Option<String> {
        let page = person.visit(&self.world.router, get("/")).await.text();
        let (_, rest) = page.split_once("Signed in as")?;
        let text: String = rest.split("</form>").next()?.to_owned();
        let mut words = text.split(['<', '>', ' ']).filter(|word| !word.is_empty());
        words
            .find(|word| *word != "strong")
            .map(|word| word.trim_end_matches('.').to_owned())
    }

    /// Tokens of `client` for somebody who comes from the provider.
    pub(super) async fn tokens(
        &self,
        client: &Client,
        person: &mut Person,
        somebody: &Somebody,
    ) -> Tokens {
        let router = &self.world.router;
        let answer = self.come(person, &client.authorize(&[]), somebody).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        let allowed = person.decide(router, answer.location(), "Allow").await;
        let code = allowed.parameter("code").expect("a code");
        Tokens::of(&client.redeem(&code).send(router).await)
    }

    pub(super) async fn names(&self) -> Vec<String> {
        let users = self.world.administration.users().await.expect("readable");
        users.iter().map(|user| user.name.to_string()).collect()
    }

    /// Why, in the records of this kind.
    pub(super) async fn reasons(&self, kind: &str) -> Vec<String> {
        let records = self.world.audit().await;
        let of_kind = records.iter().filter(|record| record["event"] == kind);
        of_kind
            .map(|record| record["reason"].as_str().unwrap_or_default().to_owned())
            .collect()
    }
}

/// Where the page that leads to a provider leads: its link and its refresh say the same.
pub(super) fn sent_to(page: &Answer) -> String {
    let refresh = page
        .headers
        .get(header::REFRESH)
        .expect("goes on by itself");
    let refresh = refresh.to_str().expect("text");
    let url = refresh.strip_prefix("0; url=").expect("at once");
    let escaped = url.replace('&', "&amp;").replace('/', "&#x2f;");
    assert!(page.text().contains(&escaped) || page.text().contains(&url.replace('&', "&amp;")));
    url.to_owned()
}

/// The path of one of our URLs.
pub(super) fn own(url: &str) -> String {
    url.trim_start_matches(ORIGIN).to_owned()
}
