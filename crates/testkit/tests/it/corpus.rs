//! Every client of the corpus gets in, and only where it registered to be answered.

use doorward_testkit::{
    corpus::{self, Host, Installation, RealClient},
    http::get,
    world::World,
};

const NOTES: &str = "/mcp/notes";

/// The whole login with dynamic registration: discovery, registration, sign-in and
/// consent, tokens, a call, a refresh, a call. Then what must fail.
async fn gets_in(client: &RealClient) {
    let world = World::new().await;
    let mut copy = Installation::register(client, &world.router, NOTES).await;
    let first = copy.log_in(&mut world.alice()).await;
    assert!(!first.refresh.is_empty(), "{}: interop 34", client.name);
    assert_eq!(copy.list_tools(&first.access).await.status, 200);
    let second = copy.refresh().await;
    assert_ne!(second.refresh, first.refresh, "{}: A-053", client.name);
    assert_eq!(copy.list_tools(&second.access).await.status, 200);
    stays_out_elsewhere(&world, &mut copy).await;
}

/// The same with the client's metadata document in place of a registration. Every copy of
/// the client has the same identifier, and a new one signs nobody out (interop 20).
async fn gets_in_by_its_document(client: &RealClient) {
    let host = Host::start(client).await;
    let world = World::fetching(host.fetcher()).await;
    let mut copy = Installation::by_document(client, &world.router, NOTES, &host).await;
    let first = copy.log_in(&mut world.alice()).await;
    assert!(!first.refresh.is_empty(), "{}: interop 34", client.name);
    let mut other = Installation::by_document(client, &world.router, NOTES, &host).await;
    other.log_in(&mut world.alice()).await;
    assert_eq!(copy.list_tools(&first.access).await.status, 200);
    let second = copy.refresh().await;
    assert_ne!(second.refresh, first.refresh, "{}: A-053", client.name);
    assert_eq!(copy.list_tools(&second.access).await.status, 200);
    stays_out_elsewhere(&world, &mut copy).await;
}

/// Its redirect with another path is shown to the person and never answered (AZ-02).
async fn stays_out_elsewhere(world: &World, copy: &mut Installation<'_>) {
    let redirect = format!("{}/elsewhere", copy.fact("redirect_uri"));
    copy.learn("redirect_uri", redirect);
    let mut alice = world.alice();
    let answer = alice.visit(&world.router, get(&copy.authorization())).await;
    assert_eq!(answer.status, 400, "{}", copy.client.name);
    assert_eq!(answer.location(), "", "{}", copy.client.name);
}

#[tokio::test]
async fn claude_ai_gets_in() {
    gets_in(&corpus::claude_ai::client()).await; // interop 4, 37
}

#[tokio::test]
async fn claude_code_gets_in_on_any_port() {
    let client = corpus::claude_code::client();
    gets_in(&client).await; // interop 8, 9
    let world = World::new().await;
    let mut copy = Installation::register(&client, &world.router, NOTES).await;
    for port in [49152, 60351] {
        copy.learn("redirect_uri", format!("http://localhost:{port}/callback"));
        copy.log_in(&mut world.alice()).await; // interop 21
    }
}

#[tokio::test]
async fn chatgpt_gets_in() {
    gets_in(&corpus::chatgpt::client()).await;
}

#[tokio::test]
async fn codex_gets_in() {
    gets_in(&corpus::codex::client()).await; // interop 23, 27
}

#[tokio::test]
async fn vs_code_gets_in_on_a_random_port_and_through_its_page() {
    let client = corpus::vs_code::client();
    gets_in(&client).await; // interop 12, 22, 35
    let page = RealClient {
        redirect_uri: "https://vscode.dev/redirect",
        ..client
    };
    gets_in(&page).await;
}

#[tokio::test]
async fn cursor_gets_in_through_each_of_its_redirects() {
    for redirect_uri in corpus::cursor::REDIRECTS {
        gets_in(&RealClient {
            redirect_uri,
            ..corpus::cursor::client()
        })
        .await; // interop 10, 11
    }
}

#[tokio::test]
async fn copilot_cli_gets_in_on_another_port_than_it_registered() {
    gets_in(&corpus::copilot_cli::client()).await; // interop 8, 22
}

#[tokio::test]
async fn opencode_gets_in() {
    gets_in(&corpus::opencode::client()).await; // interop 10, 24
}

#[tokio::test]
async fn gemini_cli_gets_in() {
    gets_in(&corpus::gemini_cli::client()).await;
}

#[tokio::test]
async fn antigravity_cli_gets_in() {
    gets_in(&corpus::antigravity_cli::client()).await; // interop 34
}

#[tokio::test]
async fn inspector_gets_in_from_its_page() {
    gets_in(&corpus::inspector::client()).await; // interop 41
}

#[tokio::test]
async fn mcp_remote_gets_in_and_stays_the_same_client_when_it_is_updated() {
    let mut client = corpus::mcp_remote::client();
    gets_in(&client).await;
    let world = World::new().await;
    let before = Installation::register(&client, &world.router, NOTES).await;
    let id = before.fact("client_id").to_owned();
    client.registration["software_version"] = "0.1.39".into();
    let after = Installation::register(&client, &world.router, NOTES).await;
    assert_eq!(after.fact("client_id"), id); // interop 16
}

#[tokio::test]
async fn fastmcp_gets_in_after_it_tried_the_authorization_itself() {
    let client = corpus::fastmcp::client();
    gets_in(&client).await;
    let world = World::new().await;
    let mut copy = Installation::register(&client, &world.router, NOTES).await;
    let tried = get(&copy.authorization()).send(&world.router).await;
    assert_eq!(tried.status, 303, "a redirect or a page, without a cookie");
    copy.log_in(&mut world.alice()).await;
    copy.learn("client_id", "kept-from-another-server".to_owned());
    let unknown = get(&copy.authorization()).send(&world.router).await;
    assert_eq!(unknown.status, 400, "it registers again"); // interop 18
}

#[tokio::test]
async fn the_python_sdk_gets_in() {
    gets_in(&corpus::python::client()).await; // interop 13
}

#[tokio::test]
async fn the_typescript_sdk_gets_in() {
    gets_in(&corpus::typescript::client()).await; // interop 13
}

#[tokio::test]
async fn the_rust_sdk_gets_in() {
    gets_in(&corpus::rust::client()).await;
}

#[tokio::test]
async fn the_go_sdk_gets_in_and_refreshes_without_a_resource() {
    gets_in(&corpus::go::client()).await; // interop 9, 30
}

#[tokio::test]
async fn the_csharp_sdk_gets_in() {
    gets_in(&corpus::csharp::client()).await; // interop 13
}

#[tokio::test]
async fn claude_ai_gets_in_by_its_document() {
    gets_in_by_its_document(&corpus::claude_ai::client()).await; // interop 4, 37
}

#[tokio::test]
async fn claude_code_gets_in_by_its_document_that_lacks_the_port() {
    gets_in_by_its_document(&corpus::claude_code::client()).await; // interop 21
}

#[tokio::test]
async fn chatgpt_gets_in_by_its_document_and_only_when_it_signs() {
    let client = corpus::chatgpt::client();
    gets_in_by_its_document(&client).await; // interop 3
    let host = Host::start(&client).await;
    let world = World::fetching(host.fetcher()).await;
    let mut copy = Installation::by_document(&client, &world.router, NOTES, &host).await;
    copy.log_in(&mut world.alice()).await;
    let mut pretender = Installation::discover(&client, &world.router, NOTES).await;
    pretender.identify(copy.fact("client_id"));
    pretender.learn("refresh_token", copy.fact("refresh_token").to_owned());
    let refused = pretender.token(client.refresh).await;
    let told = (refused.status.as_u16(), refused.json()["error"].clone());
    assert_eq!(told, (401, "invalid_client".into())); // TK-01
    copy.refresh().await;
}

#[tokio::test]
async fn codex_gets_in_by_its_document() {
    gets_in_by_its_document(&corpus::codex::client()).await;
}

#[tokio::test]
async fn vs_code_gets_in_by_its_document() {
    gets_in_by_its_document(&corpus::vs_code::client()).await; // interop 2, 12, 22
}

#[tokio::test]
async fn opencode_gets_in_by_its_document() {
    gets_in_by_its_document(&corpus::opencode::client()).await; // interop 2, 5
}

#[test]
fn the_page_about_clients_names_every_client_and_where_its_answer_goes() {
    let page = include_str!("../../../../docs/clients.md");
    for client in corpus::all() {
        let row = format!("| {} |", client.name);
        let rows: Vec<_> = page.lines().filter(|line| line.starts_with(&row)).collect();
        assert_eq!(rows.len(), 2, "{}", client.name);
        let own_choice = client.name.ends_with("SDK");
        let (_, target) = client.redirect_uri.split_once("://").expect("a URI");
        let host = target.split([':', '/']).next().expect("a host");
        assert!(own_choice || rows[1].contains(host), "{}", client.name);
    }
}
