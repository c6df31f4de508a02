//! The relying party against providers that do what they should, and that do not.

use std::{sync::Arc, time::Duration};

use doorward_core::{account_link::ForeignSubject, clock::Clock, secret::Secret};
use doorward_federation::{
    Arrived, Begin, Callback, Expected, FederationFault, IdTokenFault, Kept, OpenId, Protocol,
    Provider, RelyingParty, Standing, Step,
};
use doorward_fetch::{Fetcher, FetcherConfig, Reach};
use doorward_testkit::{
    provider::{FakeGitHub, FakeProvider, Fault, Somebody, github_provider, openid_provider},
    time::StoppedClock,
};
use http::StatusCode;
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};
use serde_json::json;
use url::Url;

const BACK: &str = "https://mcp.example/login/idp/callback";

struct Scene {
    clock: Arc<StoppedClock>,
    provider: FakeProvider,
    party: RelyingParty,
}

impl Scene {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut OpenId)) -> Self {
        let clock = Arc::new(StoppedClock::default());
        let provider = FakeProvider::start(clock.clone()).await;
        let mut configured = openid_provider(&provider.issuer);
        if let Protocol::OpenId(openid) = &mut configured.protocol {
            change(openid);
        }
        Self {
            party: RelyingParty::new(configured, &fetcher()),
            clock,
            provider,
        }
    }

    async fn begin(&self, nonce: &Secret) -> Result<Url, FederationFault> {
        begin(&self.party, nonce, &*self.clock).await
    }

    async fn arrives(&self, somebody: &Somebody) -> Result<Arrived, FederationFault> {
        let nonce = Secret::presented("a nonce");
        let url = self.begin(&nonce).await?;
        let back = self.provider.approve(url.as_str(), somebody);
        finish(&self.party, &back, &nonce, &*self.clock).await
    }

    async fn standing(&self, arrived: &Arrived) -> Standing {
        let kept = arrived.kept.as_ref().expect("a refresh token");
        let foreign = &arrived.profile.foreign;
        self.party.look_again(foreign, kept, self.clock.now()).await
    }
}

/// Reaches this machine alone, and gives up soon.
fn fetcher() -> Fetcher {
    let tls = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("a version")
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    Fetcher::new(FetcherConfig {
        within: Duration::from_secs(20),
        ..FetcherConfig::new(Reach::Operator, Arc::new(tls))
    })
}

fn verifier() -> Secret {
    Secret::presented("v".repeat(43))
}

async fn begin(
    party: &RelyingParty,
    nonce: &Secret,
    clock: &dyn Clock,
) -> Result<Url, FederationFault> {
    let begin = Begin {
        redirect_uri: BACK,
        state: &Secret::presented("a state"),
        nonce,
        verifier: &verifier(),
        login_hint: None,
        max_age: None,
        now: clock.now(),
    };
    party.begin(begin).await
}

async fn finish(
    party: &RelyingParty,
    back: &str,
    nonce: &Secret,
    clock: &dyn Clock,
) -> Result<Arrived, FederationFault> {
    let back = Url::parse(back).expect("a URL");
    let pairs: Vec<_> = back.query_pairs().into_owned().collect();
    let pairs = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let callback = Callback::read(pairs)?;
    assert_eq!(callback.state.expose(), "a state");
    let expected = Expected {
        redirect_uri: BACK,
        nonce,
        verifier: &verifier(),
        max_age: None,
        iss: callback.iss.as_deref(),
        now: clock.now(),
    };
    party.finish(&callback.code?, expected).await
}

fn alice() -> Somebody {
    Somebody::named("alice", &["staff"])
}

#[tokio::test]
async fn somebody_arrives_with_what_the_provider_says_of_them() {
    let scene = Scene::new().await;
    let arrived = scene.arrives(&alice()).await.expect("arrives");
    let profile = arrived.profile;
    let foreign = ForeignSubject::claimed(&scene.provider.issuer, "sub-alice");
    assert_eq!(profile.foreign, foreign);
    assert_eq!(profile.name.as_deref(), Some("alice"));
    assert!(profile.mail.is_some_and(|mail| mail.verified));
    assert_eq!(arrived.session.as_deref(), Some("sid-sub-alice"));
    assert!(matches!(arrived.kept, Some(Kept::RefreshToken(_))));
}

#[tokio::test]
async fn a_code_comes_with_the_challenge_of_the_sign_in_that_it_belongs_to() {
    let scene = Scene::new().await;
    let nonce = Secret::presented("a nonce");
    let url = scene.begin(&nonce).await.expect("begins");
    let sent: std::collections::HashMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!(sent["code_challenge_method"], "S256");
    assert!(!url.as_str().contains(verifier().expose())); // the verifier stays here
    let back = scene.provider.approve(url.as_str(), &alice());
    let other = Secret::presented("another nonce");
    let fault = finish(&scene.party, &back, &other, &*scene.clock).await;
    let fault = fault.expect_err("another sign-in");
    assert!(matches!(
        fault,
        FederationFault::IdToken(IdTokenFault::Nonce)
    )); // LG-04
    let again = finish(&scene.party, &back, &nonce, &*scene.clock).await;
    assert_eq!(again.expect_err("used").step(), Step::Exchange);
}

// LG-06
#[tokio::test]
async fn an_id_token_that_is_not_the_providers_for_us_signs_nobody_in() {
    let scene = Scene::new().await;
    for fault in [Fault::Unsigned, Fault::Symmetric, Fault::StrangeKey] {
        scene.provider.fails(std::slice::from_ref(&fault));
        let refused = scene.arrives(&alice()).await.expect_err("refused");
        assert_eq!(refused.step(), Step::Proof, "{fault:?}: {refused}");
    }
    scene.provider.fails(&[]);
    let now = scene.clock.now().seconds();
    for lie in [
        json!({ "iss": "https://evil.example" }),
        json!({ "aud": "another" }),
        json!({ "aud": ["doorward", "another"] }),
        json!({ "azp": "another" }),
        json!({ "nonce": "another" }),
        json!({ "exp": now - 60 }),
        json!({ "iat": now + 60 }),
        json!({ "at_hash": "AAAA" }),
        json!({ "sub": null }),
    ] {
        scene.provider.lies(lie.clone());
        let refused = scene.arrives(&alice()).await.expect_err("refused");
        assert_eq!(refused.step(), Step::Proof, "{lie}: {refused}");
    }
    scene.provider.lies(json!({}));
    assert!(scene.arrives(&alice()).await.is_ok());
}

#[tokio::test]
async fn a_callback_from_another_issuer_is_not_followed() {
    let scene = Scene::new().await;
    let nonce = Secret::presented("a nonce");
    let url = scene.begin(&nonce).await.expect("begins");
    let back = scene.provider.approve(url.as_str(), &alice());
    let honest = format!(
        "iss={}",
        form_urlencoded::byte_serialize(scene.provider.issuer.as_bytes()).collect::<String>()
    );
    for other in ["iss=https%3A%2F%2Fevil.example", ""] {
        let back = back.replace(&honest, other);
        let fault = finish(&scene.party, &back, &nonce, &*scene.clock).await;
        let fault = fault.expect_err("refused");
        assert!(
            matches!(fault, FederationFault::OtherIssuer),
            "{other}: {fault}"
        );
    }
    assert_eq!(scene.provider.asked("/token"), 0, "no code went anywhere");
    let refused = scene.provider.decline(url.as_str());
    let fault = finish(&scene.party, &refused, &nonce, &*scene.clock).await;
    assert_eq!(fault.expect_err("declined").step(), Step::Answer);
}

#[tokio::test]
async fn a_document_of_somebody_else_leads_nowhere() {
    let scene = Scene::new().await;
    let nonce = Secret::presented("a nonce");
    scene
        .provider
        .publishes(json!({ "issuer": "https://evil.example" }));
    let fault = scene.begin(&nonce).await.expect_err("another issuer");
    assert_eq!(fault.step(), Step::Reach, "{fault}"); // LG-06
    scene.provider.publishes(json!({}));
    let fault = scene.begin(&nonce).await.expect_err("a moment later");
    assert!(matches!(fault, FederationFault::JustFailed));
    scene.clock.advance(Duration::from_secs(5));
    assert!(scene.begin(&nonce).await.is_ok());
}

#[tokio::test]
async fn the_step_that_failed_is_known() {
    let cases: [(Fault, Step); 8] = [
        (
            Fault::Down("/.well-known/openid-configuration"),
            Step::Reach,
        ),
        (
            Fault::Nonsense("/.well-known/openid-configuration"),
            Step::Reach,
        ),
        (Fault::Down("/token"), Step::Exchange),
        (Fault::Nonsense("/token"), Step::Exchange),
        (Fault::Down("/keys"), Step::Proof),
        (Fault::Nonsense("/keys"), Step::Proof),
        (Fault::Nonsense("/userinfo"), Step::Profile),
        (Fault::AnotherPerson, Step::Proof),
    ];
    for (fault, step) in cases {
        let scene = Scene::with(|openid| openid.userinfo = true).await;
        scene.provider.fails(std::slice::from_ref(&fault));
        let refused = scene.arrives(&alice()).await.expect_err("refused");
        assert_eq!(refused.step(), step, "{fault:?}: {refused}");
    }
}

#[tokio::test]
async fn keys_are_asked_for_again_when_they_change_and_no_more_often_than_that() {
    let scene = Scene::new().await;
    scene.arrives(&alice()).await.expect("arrives");
    scene.arrives(&alice()).await.expect("arrives");
    assert_eq!(scene.provider.asked("/keys"), 1);
    scene.provider.rotates("key-2");
    assert!(scene.arrives(&alice()).await.is_err(), "asked a moment ago");
    scene.clock.advance(Duration::from_secs(60));
    scene.arrives(&alice()).await.expect("with the new key");
    assert_eq!(scene.provider.asked("/keys"), 2);
}

#[tokio::test]
async fn what_userinfo_tells_is_about_the_same_person_and_adds_to_what_was_signed() {
    let scene = Scene::with(|openid| openid.userinfo = true).await;
    let mut alice = alice().saying(&json!({ "groups": null }));
    alice.told = json!({ "groups": ["told"], "name": "Mallory" });
    let profile = scene.arrives(&alice).await.expect("arrives").profile;
    assert_eq!(profile.memberships.groups, Some(["told".to_owned()].into()));
    assert_eq!(profile.display_name.as_deref(), Some("The alice"));
}

//
#[tokio::test]
async fn access_that_was_lost_is_told_from_a_provider_that_is_down() {
    let scene = Scene::new().await;
    let arrived = scene.arrives(&alice()).await.expect("arrives");
    scene.provider.fails(&[Fault::Down("/token")]);
    let down = scene.standing(&arrived).await;
    assert!(matches!(down, Standing::Unknown { .. }), "{down:?}");
    scene.provider.fails(&[]);
    let Standing::Admitted { profile, kept } = scene.standing(&arrived).await else {
        panic!("still admitted");
    };
    assert_eq!(profile.foreign, arrived.profile.foreign);
    assert!(kept.is_some(), "the next refresh token");
    let arrived = scene.arrives(&alice()).await.expect("arrives");
    scene
        .provider
        .changes(&Somebody::named("alice", &["others"]));
    let left = scene.standing(&arrived).await;
    assert!(matches!(left, Standing::NotAdmitted(_)), "{left:?}");
    let arrived = scene.arrives(&alice()).await.expect("arrives");
    scene.provider.fails(&[Fault::AccessLost]);
    let lost = scene.standing(&arrived).await;
    assert!(matches!(lost, Standing::Gone(_)), "{lost:?}");
    scene.provider.fails(&[]);
    let arrived = scene.arrives(&alice()).await.expect("arrives");
    scene.provider.lies(json!({ "sub": "sub-mallory" }));
    let other = scene.standing(&arrived).await;
    assert!(matches!(other, Standing::Gone(_)), "{other:?}");
}

//
#[tokio::test]
async fn what_a_refresh_without_an_id_token_does_not_tell_is_not_lost() {
    let scene = Scene::new().await;
    let arrived = scene.arrives(&alice()).await.expect("arrives");
    scene.provider.fails(&[Fault::NoIdToken]);
    let standing = scene.standing(&arrived).await;
    let Standing::Unknown { kept, .. } = standing else {
        panic!("{standing:?}");
    };
    let kept = kept.expect("the next refresh token");
    assert_ne!(Some(&kept), arrived.kept.as_ref());
    let mut told = alice();
    told.told = json!({ "groups": ["others"] });
    scene.provider.changes(&told);
    let (foreign, now) = (&arrived.profile.foreign, scene.clock.now());
    let standing = scene.party.look_again(foreign, &kept, now).await;
    assert!(matches!(standing, Standing::NotAdmitted(_)), "{standing:?}");
}

//
#[tokio::test]
async fn a_refresh_that_fails_half_way_still_gives_the_next_token() {
    let scene = Scene::with(|openid| openid.userinfo = true).await;
    let arrived = scene.arrives(&alice()).await.expect("arrives");
    scene.provider.fails(&[Fault::Down("/userinfo")]);
    let standing = scene.standing(&arrived).await;
    let Standing::Unknown { kept, .. } = standing else {
        panic!("{standing:?}");
    };
    scene.provider.fails(&[]);
    let (foreign, now) = (&arrived.profile.foreign, scene.clock.now());
    let kept = kept.expect("the next refresh token");
    let standing = scene.party.look_again(foreign, &kept, now).await;
    assert!(
        matches!(standing, Standing::Admitted { .. }),
        "{standing:?}"
    );
}

#[tokio::test]
async fn another_provider_under_the_same_name_is_shown_nothing() {
    let scene = Scene::new().await;
    let arrived = scene.arrives(&alice()).await.expect("arrives");
    let clock: Arc<StoppedClock> = Arc::clone(&scene.clock);
    let other = FakeProvider::start(clock).await;
    let party = RelyingParty::new(openid_provider(&other.issuer), &fetcher());
    let kept = arrived.kept.as_ref().expect("a refresh token");
    let foreign = &arrived.profile.foreign;
    let standing = party.look_again(foreign, kept, scene.clock.now()).await;
    assert!(matches!(standing, Standing::Gone(_)), "{standing:?}");
    assert_eq!(other.asked("/token"), 0);
}

#[tokio::test]
async fn a_logout_token_counts_when_the_provider_signed_it() {
    let scene = Scene::new().await;
    let now = scene.clock.now();
    let claims = json!({
        "iss": scene.provider.issuer, "aud": "doorward", "iat": now.seconds(),
        "exp": now.seconds() + 120, "jti": "logout-1", "sub": "sub-alice",
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    let logout = async |token: &str| scene.party.logout(token, now).await;
    let good = scene.provider.signs("logout+jwt", &claims);
    let token = logout(&good).await.expect("good");
    assert_eq!(token.subject.as_deref(), Some("sub-alice"));
    let stranger = doorward_testkit::provider::TokenSigner::new("key-1");
    assert!(logout(&stranger.sign("logout+jwt", &claims)).await.is_err());
    let other_type = scene.provider.signs("at+jwt", &claims);
    assert!(logout(&other_type).await.is_err()); // TK-10
}

fn octocats(url: &str) -> RelyingParty {
    RelyingParty::new(github_provider(url), &fetcher())
}

async fn octocat(github: &FakeGitHub, party: &RelyingParty) -> Result<Arrived, FederationFault> {
    let (nonce, clock) = (Secret::presented("unused"), StoppedClock::default());
    let url = begin(party, &nonce, &clock).await.expect("begins");
    finish(party, &github.approve(url.as_str()), &nonce, &clock).await
}

fn admitted(provider: &Provider, arrived: &Arrived) -> bool {
    provider.allow.judge(&arrived.profile).is_ok()
}

#[tokio::test]
async fn github_says_who_it_is_by_number_and_what_they_belong_to() {
    let github = FakeGitHub::start().await;
    let party = octocats(&github.url);
    let arrived = octocat(&github, &party).await.expect("arrives");
    let profile = &arrived.profile;
    assert_eq!(
        profile.foreign,
        ForeignSubject::claimed(&github.url, "583231")
    );
    assert_eq!(profile.name.as_deref(), Some("Octocat"));
    let mail = profile.mail.as_ref().expect("the primary one");
    assert_eq!(mail.address, "octo@cat.example");
    assert!(!admitted(party.provider(), &arrived), "nobody by default");
    let many: Vec<String> = (0..150).map(|number| format!("org-{number}")).collect();
    let mut many: Vec<&str> = many.iter().map(String::as_str).collect();
    many.push("ACME");
    github.belongs(&many, &[]); // on the second page
    let arrived = octocat(&github, &party).await.expect("arrives");
    assert!(admitted(party.provider(), &arrived));
    github.belongs(&[], &[("partners", "door")]);
    let arrived = octocat(&github, &party).await.expect("arrives");
    assert!(admitted(party.provider(), &arrived));
    github.belongs(&[], &[("evil", "door")]);
    let arrived = octocat(&github, &party).await.expect("arrives");
    assert!(!admitted(party.provider(), &arrived));
    github.verifies(false);
    let arrived = octocat(&github, &party).await.expect("arrives");
    assert_eq!(arrived.profile.mail, None); // LG-05
}

//
#[tokio::test]
async fn github_taking_access_back_is_told_from_github_being_down() {
    let github = FakeGitHub::start().await;
    let party = octocats(&github.url);
    github.belongs(&["acme"], &[]);
    let arrived = octocat(&github, &party).await.expect("arrives");
    let (kept, now) = (
        arrived.kept.expect("a token"),
        StoppedClock::default().now(),
    );
    let look = async || party.look_again(&arrived.profile.foreign, &kept, now).await;
    assert!(matches!(look().await, Standing::Admitted { .. }));
    for (status, gone) in [
        (StatusCode::BAD_GATEWAY, false),
        (StatusCode::FORBIDDEN, false), // its rate limit
        (StatusCode::NOT_FOUND, false),
        (StatusCode::UNAUTHORIZED, true),
    ] {
        github.answers(Some(status));
        let standing = look().await;
        let expected = match gone {
            true => matches!(standing, Standing::Gone(_)),
            false => matches!(standing, Standing::Unknown { .. }),
        };
        assert!(expected, "{status}: {standing:?}");
    }
    github.answers(None);
    github.belongs(&[], &[]);
    assert!(matches!(look().await, Standing::NotAdmitted(_)));
}
