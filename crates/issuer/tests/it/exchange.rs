//! Token exchange (RFC 8693).

use std::time::Duration;

use doorward_core::{
    client::GrantType, exchange::ExchangeRule, id::ClientId, resource::Resource, scope::ScopeSet,
    server::ServerName,
};
use doorward_issuer::NewClient;
use serde_json::{Value, json};

use crate::{
    holder::Holder,
    world::{Answer, FILES, ISSUER, MAIL, World, claims, config},
};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";

/// Parameters of a request.
type Sent<'a> = &'a [(&'a str, &'a str)];

/// Two servers, a client `backend` that may exchange, and a token of alice for files.
struct Scene {
    world: World,
    id: String,
    secret: String,
    editor: String,
    access: String,
    refresh: String,
}

impl Scene {
    /// The rule lets the backend exchange tokens for files into tokens for mail.
    async fn new(change: impl FnOnce(&mut ExchangeRule)) -> Self {
        let world = World::with(config(ISSUER, &["files", "mail"])).await;
        let (id, secret) = world.registered(backend()).await;
        let mut rule = ExchangeRule {
            client: ClientId::from_known(id.clone()),
            from: vec![Resource::from_known(FILES)],
            to: vec![Resource::from_known(MAIL)],
            scopes: ScopeSet::baseline(),
            impersonation: false,
            may_act: None,
        };
        change(&mut rule);
        let mut config = world.config.clone();
        config.exchange = vec![rule];
        world.issuer.reconfigure(config);
        let editor = world.client().await;
        let tokens = world.tokens(&editor).await;
        Self {
            world,
            id,
            secret,
            editor,
            access: tokens.access,
            refresh: tokens.refresh,
        }
    }

    /// What the backend gets for `subject_token`.
    async fn ask(&self, subject_token: &str, more: &[(&str, &str)]) -> Answer {
        self.ask_as((&self.id, &self.secret), subject_token, more)
            .await
    }

    async fn ask_as(
        &self,
        (id, secret): (&str, &str),
        subject_token: &str,
        more: &[(&str, &str)],
    ) -> Answer {
        let mut pairs = vec![
            ("grant_type", GRANT),
            ("client_id", id),
            ("client_secret", secret),
            ("subject_token", subject_token),
            ("subject_token_type", ACCESS),
        ];
        for (name, value) in more {
            pairs.retain(|(known, _)| known != name || *name == "resource");
            pairs.push((name, value));
        }
        self.world.post("/token", &pairs).await
    }
}

fn backend() -> NewClient {
    NewClient {
        name: "Backend".to_owned(),
        grants: vec![GrantType::TokenExchange, GrantType::ClientCredentials],
        scopes: "mcp:read".to_owned(),
        servers: vec![ServerName::parse("files").expect("a name")],
        ..NewClient::default()
    }
}

#[tokio::test]
async fn a_rule_lets_a_client_act_for_the_user_elsewhere() {
    let scene = Scene::new(|_| {}).await;
    scene.world.pass(Duration::from_secs(60));
    let answer = scene.ask(&scene.access, &[("resource", MAIL)]).await;
    let body = answer.json();
    assert_eq!(answer.status, 200, "{body}");
    assert_eq!(body["issued_token_type"], ACCESS);
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 540, "ends with the subject token");
    assert!(body["refresh_token"].is_null());
    let (before, after) = (claims(&scene.access), claims(&answer.tokens().access));
    assert_eq!(after["aud"], MAIL);
    assert_eq!(after["client_id"], scene.id);
    assert_eq!(
        after["act"],
        json!({ "sub": format!("client:{}", scene.id) })
    );
    for same in ["sub", "grant", "preferred_username", "auth_time", "scope"] {
        assert_eq!(after[same], before[same], "{same}");
    }
    let record = scene.world.audit_records().await.pop().expect("a record");
    assert_eq!(record["event"], "token.exchange");
    assert_eq!(
        (&record["user"], &record["client"]),
        (&json!("alice"), &json!(scene.id))
    );
    let reason = record["reason"].as_str().expect("text");
    assert!(
        reason.contains(&scene.editor) && reason.contains(FILES),
        "{reason}"
    ); // TK-07
}

#[tokio::test]
async fn nothing_is_widened() {
    let scene = Scene::new(|rule| rule.scopes = ScopeSet::read_only()).await;
    let mail = ("resource", MAIL);
    #[rustfmt::skip]
    let cases: [(&str, Sent, &str); 6] = [
        ("not to this one, TK-06",    &[("resource", FILES)], "invalid_target"),
        ("no such server, TK-06",     &[("resource", "https://other.example/mcp")], "invalid_target"),
        ("as an audience, TK-06",     &[("audience", FILES)], "invalid_target"),
        ("two of them",               &[mail, ("audience", FILES)], "invalid_target"),
        ("more scopes than the rule", &[mail, ("scope", "mcp:write")], "invalid_scope"),
        ("unknown scope",             &[mail, ("scope", "admin")], "invalid_scope"),
    ];
    for (name, more, error) in cases {
        let answer = scene.ask(&scene.access, more).await;
        assert_eq!(answer.json()["error"], error, "{name}: {}", answer.body);
        answer.refuses(400, error);
    }
    let capped = scene.ask(&scene.access, &[("audience", MAIL)]).await;
    assert_eq!(capped.tokens().scope, "mcp:read");
}

#[tokio::test]
async fn only_a_living_access_token_of_this_server_is_exchanged() {
    let scene = Scene::new(|_| {}).await;
    let mail = ("resource", MAIL);
    let mut forged = scene.access.clone();
    forged.pop();
    #[rustfmt::skip]
    let cases: [(&str, &str, Sent); 9] = [ // TK-07
        ("a refresh token",   &scene.refresh, &[mail]),
        ("a refresh token, said so", &scene.refresh, &[mail, ("subject_token_type", "urn:ietf:params:oauth:token-type:refresh_token")]),
        ("as an id token",    &scene.access,  &[mail, ("subject_token_type", "urn:ietf:params:oauth:token-type:id_token")]),
        ("forged",            &forged,        &[mail]),
        ("nothing",           "x",            &[mail]),
        ("wants a refresh token", &scene.access, &[mail, ("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token")]),
        ("wants an id token", &scene.access,  &[mail, ("requested_token_type", "urn:ietf:params:oauth:token-type:id_token")]),
        ("an untyped actor",  &scene.access,  &[mail, ("actor_token", &scene.access)]),
        ("a type without actor", &scene.access, &[mail, ("actor_token_type", ACCESS)]),
    ];
    for (name, token, more) in cases {
        let answer = scene.ask(token, more).await;
        assert_eq!(
            answer.json()["error"],
            "invalid_request",
            "{name}: {}",
            answer.body
        );
        answer.refuses(400, "invalid_request");
    }
    scene.world.pass(Duration::from_secs(600));
    let expired = scene.ask(&scene.access, &[mail]).await;
    expired.refuses(400, "invalid_request");
}

#[tokio::test]
async fn a_revoked_token_is_not_exchanged_and_takes_what_came_of_it_along() {
    let scene = Scene::new(|_| {}).await;
    let mail = [("resource", MAIL)];
    let exchanged = scene.ask(&scene.access, &mail).await.tokens().access;
    let grant = claims(&exchanged)["grant"]
        .as_str()
        .expect("text")
        .to_owned();
    let again = scene.ask(&exchanged, &[("resource", FILES)]).await;
    again.refuses(400, "invalid_target"); // no way back
    let admin = &scene.world.administration;
    admin.revoke_grant(&grant).await.expect("revoked");
    scene
        .ask(&scene.access, &mail)
        .await
        .refuses(400, "invalid_request"); // TK-18

    let tokens = scene.world.tokens(&scene.editor).await;
    assert_eq!(scene.ask(&tokens.access, &mail).await.status, 200);
    admin.revoke_client(&scene.editor).await.expect("revoked");
    scene
        .ask(&tokens.access, &mail)
        .await
        .refuses(400, "invalid_request"); // TK-18

    let other = scene
        .world
        .client_named("Other", "https://client.example/cb")
        .await;
    let tokens = scene.world.tokens(&other).await;
    admin.disable_user("alice").await.expect("disabled");
    scene
        .ask(&tokens.access, &mail)
        .await
        .refuses(400, "invalid_request"); // TK-18
}

#[tokio::test]
async fn an_actor_is_the_client_itself_and_impersonation_needs_a_rule() {
    let silent = Scene::new(|rule| rule.impersonation = true).await;
    let (id, secret) = (silent.id.as_str(), silent.secret.as_str());
    let mail = ("resource", MAIL);
    let unnamed = silent.ask(&silent.access, &[mail]).await;
    assert_eq!(claims(&unnamed.tokens().access)["act"], Value::Null);
    let own = [
        ("grant_type", "client_credentials"),
        ("client_id", id),
        ("client_secret", secret),
    ];
    let own = silent.world.post("/token", &own).await.tokens().access;
    let actor = [
        mail,
        ("actor_token", own.as_str()),
        ("actor_token_type", ACCESS),
    ];
    let named = silent.ask(&silent.access, &actor).await;
    assert_eq!(
        claims(&named.tokens().access)["act"]["sub"],
        format!("client:{id}")
    );
    let somebody = [
        mail,
        ("actor_token", silent.access.as_str()),
        ("actor_token_type", ACCESS),
    ];
    silent
        .ask(&silent.access, &somebody)
        .await
        .refuses(400, "invalid_request"); // TK-07
}

#[tokio::test]
async fn public_clients_and_clients_without_a_rule_exchange_nothing_of_others() {
    let scene = Scene::new(|_| {}).await;
    let public = [
        ("grant_type", GRANT),
        ("client_id", scene.editor.as_str()),
        ("subject_token", scene.access.as_str()),
        ("subject_token_type", ACCESS),
    ];
    let answer = scene.world.post("/token", &public).await;
    answer.refuses(400, "unauthorized_client"); // A-059, TK-07
    let (id, secret) = scene.world.registered(backend()).await;
    for more in [&[][..], &[("resource", MAIL)]] {
        let answer = scene.ask_as((&id, &secret), &scene.access, more).await;
        answer.refuses(400, "invalid_request"); // TK-07
    }
    let own = [
        ("grant_type", "client_credentials"),
        ("client_id", id.as_str()),
        ("client_secret", secret.as_str()),
    ];
    let own = scene.world.post("/token", &own).await.tokens().access;
    let narrowed = scene
        .ask_as((&id, &secret), &own, &[("scope", "mcp:read")])
        .await;
    let said = claims(&narrowed.tokens().access);
    assert_eq!(said["act"], Value::Null, "its own token, nobody in between");
    assert_eq!(said["sub"], format!("client:{id}"));
    let wider = scene
        .ask_as((&id, &secret), &own, &[("resource", MAIL)])
        .await;
    wider.refuses(400, "invalid_target"); // TK-06
}

#[tokio::test]
async fn a_rule_names_who_may_go_on() {
    let scene = Scene::new(|rule| rule.may_act = Some(ClientId::from_known("somebody else"))).await;
    let mail = [("resource", MAIL)];
    let exchanged = scene.ask(&scene.access, &mail).await.tokens().access;
    assert_eq!(claims(&exchanged)["may_act"]["sub"], "client:somebody else");
    let (id, secret) = scene.world.registered(backend()).await;
    let answer = scene.ask_as((&id, &secret), &exchanged, &[]).await;
    answer.refuses(400, "invalid_request"); // RFC 8693 section 4.4
}

#[tokio::test]
async fn what_is_bound_to_a_key_is_not_exchanged_into_what_anybody_can_use() {
    let scene = Scene::new(|_| {}).await;
    let holder = Holder::new();
    let (id, secret) = (scene.id.as_str(), scene.secret.as_str());
    let own = [
        ("grant_type", "client_credentials"),
        ("client_id", id),
        ("client_secret", secret),
    ];
    let proof = holder.proof(&scene.world);
    let proven = [("dpop", proof.as_str())];
    let bound = scene.world.post_with("/token", &proven, &own).await;
    let bound = bound.tokens().access;
    let thumbprint = json!({ "jkt": holder.thumbprint().as_str() });
    assert_eq!(claims(&bound)["cnf"], thumbprint); // TK-12
    // The token is what cannot be accepted, not a proof: RFC 8693 section 2.2.2, TK-12.
    let refused = scene.ask(&bound, &[]).await;
    refused.refuses(400, "invalid_request");
    assert!(
        refused.body.contains("exchanged with a proof"),
        "{}",
        refused.body
    );
    let pairs = [
        ("grant_type", GRANT),
        ("client_id", id),
        ("client_secret", secret),
        ("subject_token", bound.as_str()),
        ("subject_token_type", ACCESS),
    ];
    let other = Holder::new().proof(&scene.world);
    let refused = scene
        .world
        .post_with("/token", &[("dpop", &other)], &pairs)
        .await;
    refused.refuses(400, "invalid_request");
    let bad = [("dpop", "no proof")];
    let refused = scene.world.post_with("/token", &bad, &pairs).await;
    refused.refuses(400, "invalid_dpop_proof"); // RFC 9449 section 5
    let proof = holder.proof(&scene.world);
    let proven = [("dpop", proof.as_str())];
    let narrowed = scene.world.post_with("/token", &proven, &pairs).await;
    assert_eq!(narrowed.json()["token_type"], "DPoP");
    assert_eq!(claims(&narrowed.tokens().access)["cnf"], thumbprint);
}

#[tokio::test]
async fn nothing_is_exchanged_while_nobody_knows_what_was_revoked() {
    let scene = Scene::new(|_| {}).await;
    scene.world.revocations.suspend();
    let unsure = scene.ask(&scene.access, &[("resource", MAIL)]).await;
    unsure.refuses(503, "temporarily_unavailable"); // TK-18
    let no_token = scene.ask("x", &[("resource", MAIL)]).await;
    no_token.refuses(400, "invalid_request");
    scene.world.revocations.resume();
    let answer = scene.ask(&scene.access, &[("resource", MAIL)]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}
