//! What real clients send, and that each of them gets in (interop.md, client matrix).

use doorward_testkit::{
    client::{Client, Tokens},
    http::post_json,
    world::World,
};
use serde_json::{Value, json};

struct RealClient {
    name: &'static str,
    document: Value,
    redirect_uri: &'static str,
    more: &'static [(&'static str, &'static str)],
}

fn matrix() -> Vec<RealClient> {
    let public = |name: &str, uris: &[&str]| {
        json!({"client_name": name, "redirect_uris": uris, "grant_types": ["authorization_code", "refresh_token"],
               "response_types": ["code"], "token_endpoint_auth_method": "none"})
    };
    let with = |mut document: Value, more: &[(&str, Value)]| {
        let members = document.as_object_mut().expect("an object");
        members.extend(
            more.iter()
                .map(|(key, value)| ((*key).to_owned(), value.clone())),
        );
        document
    };
    vec![
        RealClient {
            name: "claude.ai: jwt-bearer on a public client, a leading space in scope, interop 4, 37",
            document: with(
                public("Claude", &["https://claude.ai/api/mcp/auth_callback"]),
                &[(
                    "grant_types",
                    json!([
                        "authorization_code",
                        "refresh_token",
                        "urn:ietf:params:oauth:grant-type:jwt-bearer"
                    ]),
                )],
            ),
            redirect_uri: "https://claude.ai/api/mcp/auth_callback",
            more: &[("scope", " offline_access"), ("prompt", "consent")],
        },
        RealClient {
            name: "Claude Code: no port registered, one presented, interop 21",
            document: public(
                "Claude Code (notes)",
                &["http://localhost/callback", "http://127.0.0.1/callback"],
            ),
            redirect_uri: "http://localhost:49152/callback",
            more: &[],
        },
        RealClient {
            name: "ChatGPT: unknown members, interop 1, 2",
            document: with(
                public("ChatGPT", &["https://chatgpt.com/connector/oauth/abc"]),
                &[
                    ("resource", json!("https://x.example")),
                    (
                        "token_endpoint_auth_methods_supported",
                        json!(["none", "private_key_jwt"]),
                    ),
                ],
            ),
            redirect_uri: "https://chatgpt.com/connector/oauth/abc",
            more: &[("scope", "mcp:read mcp:write offline_access")],
        },
        RealClient {
            name: "Codex: a path below the callback",
            document: public("Codex", &["http://127.0.0.1:1455/callback/xyz"]),
            redirect_uri: "http://127.0.0.1:1455/callback/xyz",
            more: &[("scope", "mcp:read openid")],
        },
        RealClient {
            name: "VS Code: several redirects, another port, interop 12, 22",
            document: public(
                "Visual Studio Code",
                &[
                    "http://127.0.0.1:33418",
                    "https://vscode.dev/redirect",
                    "http://127.0.0.1:33418/",
                ],
            ),
            redirect_uri: "http://127.0.0.1:40111",
            more: &[("scope", "mcp:read mcp:write")],
        },
        RealClient {
            name: "Cursor: web with a private-use scheme, interop 10, 11",
            document: with(
                public("Cursor", &["cursor://anysphere.cursor-mcp/oauth/callback"]),
                &[("application_type", json!("web"))],
            ),
            redirect_uri: "cursor://anysphere.cursor-mcp/oauth/callback",
            more: &[],
        },
        RealClient {
            name: "Inspector: a browser, localhost, interop 41",
            document: with(
                public("MCP Inspector", &["http://localhost:6274/oauth/callback"]),
                &[(
                    "client_uri",
                    json!("https://github.com/modelcontextprotocol/inspector"),
                )],
            ),
            redirect_uri: "http://localhost:6274/oauth/callback",
            more: &[],
        },
        RealClient {
            name: "OpenCode: no application_type, no grant_types",
            document: json!({"client_name": "OpenCode", "redirect_uris": ["http://127.0.0.1:19876/mcp/oauth/callback"], "token_endpoint_auth_method": "none"}),
            redirect_uri: "http://127.0.0.1:19876/mcp/oauth/callback",
            more: &[],
        },
    ]
}

#[tokio::test]
async fn every_client_of_the_matrix_logs_in_and_refreshes() {
    let world = World::new().await;
    for case in matrix() {
        let registered = post_json("/register", &case.document)
            .send(&world.router)
            .await;
        assert_eq!(
            registered.status,
            201,
            "{}: {}",
            case.name,
            registered.text()
        );
        let again = post_json("/register", &case.document)
            .send(&world.router)
            .await;
        assert_eq!(
            registered.json()["client_id"],
            again.json()["client_id"],
            "{}: interop 16",
            case.name
        );
        let client = Client {
            id: registered.json()["client_id"]
                .as_str()
                .expect("an id")
                .to_owned(),
            redirect_uri: case.redirect_uri.to_owned(),
            resource: "http://127.0.0.1:8080/mcp/notes".to_owned(),
            verifier: "w".repeat(64),
        };
        let code = client
            .code(&world.router, &mut world.alice(), case.more)
            .await;
        let tokens = Tokens::of(&client.redeem(&code).send(&world.router).await);
        assert!(!tokens.refresh.is_empty(), "{}: interop 34", case.name);
        let next = Tokens::of(&client.refresh(&tokens.refresh).send(&world.router).await);
        assert_ne!(next.refresh, tokens.refresh, "{}: A-053", case.name);
    }
}

#[tokio::test]
async fn resources_are_understood_in_every_spelling_that_clients_use() {
    let world = World::new().await;
    let base = Client::register(&world.router, "notes").await;
    for spelling in [
        "http://127.0.0.1:8080/mcp/notes/",
        "http://127.0.0.1:8080",
        "http://127.0.0.1:8080/",
        "",
    ] {
        let client = Client {
            resource: spelling.to_owned(),
            ..base.clone()
        };
        let code = client.code(&world.router, &mut world.alice(), &[]).await; // interop 28, 29, 30
        let plain = Client {
            resource: base.resource.clone(),
            ..base.clone()
        };
        let tokens = Tokens::of(&plain.redeem(&code).send(&world.router).await);
        let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
        let answer = plain
            .message(&tokens.access, &list)
            .send(&world.router)
            .await;
        assert_eq!(
            answer.status, 200,
            "{spelling:?}: the token says the canonical form"
        );
    }
}

#[tokio::test]
async fn a_bad_resource_at_the_token_endpoint_costs_nothing() {
    let world = World::new().await;
    let client = Client::register(&world.router, "notes").await;
    let code = client.code(&world.router, &mut world.alice(), &[]).await;
    let wrong = Client {
        resource: "http://127.0.0.1:8080/mcp/other".to_owned(),
        ..client.clone()
    };
    let refused = wrong.redeem(&code).send(&world.router).await;
    assert_eq!(refused.json()["error"], "invalid_target"); // interop 31, TK-05
    Tokens::of(&client.redeem(&code).send(&world.router).await);
}
