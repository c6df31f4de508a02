//! RFC 7592: a client manages its own registration (A-066, RG-10).

use http::Method;
use serde_json::{Value, json};

use crate::world::{Answer, AuthorizeRequest, CALLBACK, VERIFIER, World, request};

/// A registration and what manages it.
struct Registered {
    document: Value,
    path: String,
    token: String,
}

impl Registered {
    async fn new(world: &World) -> Self {
        let document = json!({ "client_name": "Desk", "redirect_uris": [CALLBACK] });
        let answer = world.register(&document).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        Self::of(&answer)
    }

    fn of(answer: &Answer) -> Self {
        let document = answer.json();
        let text = |name: &str| document[name].as_str().expect("text").to_owned();
        let uri = text("registration_client_uri");
        let path = uri.strip_prefix(crate::world::ISSUER).expect("ours");
        Self {
            path: path.to_owned(),
            token: text("registration_access_token"),
            document,
        }
    }

    fn id(&self) -> &str {
        self.document["client_id"].as_str().expect("text")
    }

    fn secret(&self) -> &str {
        self.document["client_secret"].as_str().expect("text")
    }

    /// What the client would send to change some members.
    fn update(&self, changes: Value) -> Value {
        let mut document = json!({
            "client_id": self.id(),
            "client_name": "Desk",
            "redirect_uris": [CALLBACK],
        });
        for (name, value) in changes.as_object().expect("an object") {
            document[name] = value.clone();
        }
        document
    }

    async fn ask(&self, world: &World, method: Method, token: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {token}");
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
        ];
        let sent = request(method, &self.path, &headers, body.to_string());
        world.send(sent).await
    }

    async fn get(&self, world: &World) -> Answer {
        self.ask(world, Method::GET, &self.token, &Value::Null)
            .await
    }

    async fn put(&self, world: &World, changes: Value) -> Answer {
        let document = self.update(changes);
        self.ask(world, Method::PUT, &self.token, &document).await
    }
}

#[tokio::test]
async fn a_client_reads_replaces_and_deletes_its_registration() {
    let world = World::new().await;
    let first = Registered::new(&world).await;
    let read = first.get(&world).await;
    assert_eq!(
        (read.status.as_u16(), read.header("cache-control")),
        (200, "no-store")
    );
    let shown = read.json();
    assert_eq!(shown["client_id"], first.document["client_id"]);
    assert_eq!(shown["registration_access_token"], first.token);
    assert!(
        shown.get("client_secret").is_none(),
        "only its digest is kept"
    );

    let moved = "https://client.example/moved";
    let replaced = first
        .put(&world, json!({ "client_name": "New", "redirect_uris": [moved], "client_secret": first.secret() }))
        .await;
    assert_eq!(replaced.status, 200, "{}", replaced.body);
    let second = Registered::of(&replaced);
    assert_eq!(second.document["client_name"], "New");
    assert_eq!(second.document["redirect_uris"], json!([moved]));
    assert_ne!(second.token, first.token, "the token is exchanged"); // RG-10
    first.get(&world).await.refuses(401, "invalid_token");
    assert_eq!(second.get(&world).await.status, 200);

    let deleted = second
        .ask(&world, Method::DELETE, &second.token, &Value::Null)
        .await;
    assert_eq!((deleted.status.as_u16(), deleted.body.as_str()), (204, ""));
    second.get(&world).await.refuses(401, "invalid_token");
    let gone = world.get(&AuthorizeRequest::new(second.id()).path()).await;
    assert!(gone.shows("not registered here"), "{}", gone.body);
    let audited = world.audited().await;
    for event in ["client.change allowed", "client.revoke allowed"] {
        assert!(audited.contains(&event.to_owned()), "{event}");
    }
}

#[tokio::test]
async fn scripts_of_any_origin_may_manage_their_own_client() {
    let world = World::new().await;
    let client = Registered::new(&world).await;
    let asked = world
        .send(request(Method::OPTIONS, &client.path, &[], String::new()))
        .await;
    assert_eq!(asked.status, 204); // A-012, interop 41
    let methods = asked.header("access-control-allow-methods").to_owned();
    assert!(
        methods.contains("PUT") && methods.contains("DELETE"),
        "{methods}"
    );
    let shown = client.get(&world).await;
    assert_eq!(shown.header("access-control-allow-origin"), "*");
    let sent = request(Method::PATCH, &client.path, &[], String::new());
    let refused = world.send(sent).await;
    refused.refuses(405, "invalid_request");
    assert_eq!(refused.header("allow"), "GET, PUT, DELETE, OPTIONS");
}

#[tokio::test]
async fn deleting_a_registration_ends_its_tokens() {
    let world = World::new().await;
    let client = Registered::new(&world).await;
    let code = world.code(client.id()).await;
    let pairs = [
        ("grant_type", "authorization_code"),
        ("client_id", client.id()),
        ("client_secret", client.secret()),
        ("code", &code),
        ("code_verifier", VERIFIER),
    ];
    let tokens = world.post("/token", &pairs).await.tokens();
    client
        .ask(&world, Method::DELETE, &client.token, &Value::Null)
        .await;
    let secret = [("client_secret", client.secret())];
    let refused = world
        .refresh_with(client.id(), &tokens.refresh, &secret)
        .await;
    refused.refuses(401, "invalid_client");
    let grants = world
        .administration
        .grants(Some("alice"))
        .await
        .expect("listed");
    assert!(grants.iter().all(|grant| grant.revoked.is_some()));
}

#[tokio::test]
async fn a_token_is_good_for_its_own_client_alone_and_for_nothing_else() {
    let world = World::new().await;
    let (client, other) = (Registered::new(&world).await, Registered::new(&world).await);
    let public = world.client().await;
    let foreign = Registered {
        path: format!("/register/{public}"),
        token: client.token.clone(),
        document: client.document.clone(),
    };
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let body = client.update(json!({}));
        for (name, answer) in [
            (
                "other client, RG-10",
                client
                    .ask(&world, method.clone(), &other.token, &body)
                    .await,
            ),
            (
                "shared client",
                foreign
                    .ask(&world, method.clone(), &client.token, &body)
                    .await,
            ),
            (
                "made up",
                client.ask(&world, method.clone(), "dwm_x", &body).await,
            ),
            ("empty", client.ask(&world, method.clone(), "", &body).await),
            (
                "the secret",
                client
                    .ask(&world, method.clone(), client.secret(), &body)
                    .await,
            ),
        ] {
            assert_eq!(answer.status, 401, "{name}: {}", answer.body);
            answer.refuses(401, "invalid_token");
            assert!(
                answer.header("www-authenticate").starts_with("Bearer "),
                "{name}"
            );
        }
    }
    let none = world.get(&client.path).await;
    none.refuses(401, "invalid_token");
    assert_eq!(client.get(&world).await.status, 200);
}

#[tokio::test]
async fn a_public_client_shares_its_registration_and_manages_nothing() {
    let world = World::new().await;
    let document = json!({ "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none" });
    let registered = world.register(&document).await.json();
    assert!(registered.get("registration_access_token").is_none());
    assert!(registered.get("registration_client_uri").is_none());
}

#[tokio::test]
async fn a_replacement_is_held_to_the_rules_of_a_registration() {
    let world = World::new().await;
    let client = Registered::new(&world).await;
    #[rustfmt::skip]
    let cases = [ // RG-09, RG-10
        ("another client",  json!({ "client_id": "dyn_other" }),                        "invalid_client_metadata"),
        ("no client",       json!({ "client_id": null }),                               "invalid_client_metadata"),
        ("token",           json!({ "registration_access_token": client.token }),       "invalid_client_metadata"),
        ("address",         json!({ "registration_client_uri": "https://x" }),          "invalid_client_metadata"),
        ("issued at",       json!({ "client_id_issued_at": 1 }),                        "invalid_client_metadata"),
        ("expiry",          json!({ "client_secret_expires_at": 0 }),                   "invalid_client_metadata"),
        ("own secret",      json!({ "client_secret": "chosen" }),                       "invalid_client_metadata"),
        ("script",          json!({ "redirect_uris": ["javascript:alert(1)"] }),        "invalid_redirect_uri"),
        ("other grants",    json!({ "grant_types": ["client_credentials"] }),           "invalid_client_metadata"),
        ("name of ours",    json!({ "client_name": "Doorward" }),                       "invalid_client_metadata"),
    ];
    for (name, changes, error) in cases {
        let refused = client.put(&world, changes).await;
        assert_eq!(refused.status, 400, "{name}: {}", refused.body);
        refused.refuses(400, error);
    }
    let no_object = client
        .ask(&world, Method::PUT, &client.token, &json!([1]))
        .await;
    no_object.refuses(400, "invalid_client_metadata");
    let huge = json!({ "x": "y".repeat(20_000) });
    let huge = client.ask(&world, Method::PUT, &client.token, &huge).await;
    huge.refuses(413, "invalid_client_metadata");
    assert_eq!(
        client.get(&world).await.json()["client_name"],
        "Desk",
        "nothing changed"
    );
}

#[tokio::test]
async fn a_secret_goes_on_and_a_client_that_needs_one_gets_it() {
    let world = World::new().await;
    let client = Registered::new(&world).await;
    let kept = client
        .put(
            &world,
            json!({ "token_endpoint_auth_method": "client_secret_post" }),
        )
        .await;
    assert!(
        kept.json().get("client_secret").is_none(),
        "the old one goes on"
    );
    let client = Registered::of(&kept);
    let public = client
        .put(&world, json!({ "token_endpoint_auth_method": "none" }))
        .await;
    let public = Registered::of(&public);
    assert_eq!(public.document["token_endpoint_auth_method"], "none");
    let again = public.put(&world, json!({})).await;
    assert!(
        again.json()["client_secret"].is_string(),
        "a new one is made"
    );
}

#[tokio::test]
async fn of_two_replacements_with_one_token_one_wins() {
    let world = World::new().await;
    let client = Registered::new(&world).await;
    let (one, other) = tokio::join!(
        client.put(&world, json!({ "client_name": "One" })),
        client.put(&world, json!({ "client_name": "Other" })),
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]); // RG-10
}
