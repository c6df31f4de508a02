//! How a token is sent (GW-03).

use http::{HeaderValue, Method, header::AUTHORIZATION};

use super::{Caller, WAYS, WHOLE, Way};
use crate::world::{Ask, CANARY, get};

/// Credentials that are none, or none that may be sent so.
fn credentials(token: &str) -> Vec<Vec<String>> {
    let one = |text: &str| vec![text.to_owned()];
    let bearer = format!("Bearer {token}");
    vec![
        Vec::new(),
        one("Bearer"),
        one("Bearer "),
        one(&format!("Bearer {token} b")),
        one(&format!("Bearer\t{token}")),
        one(&format!("Bearer  {token}")),
        one(&format!("{bearer},{bearer}")),
        one(&format!("{bearer}, Basic x")),
        one(&format!("Basic {token}")),
        one(&format!("Bearer {token}é")),
        one(&format!("Bearer {}", "x".repeat(64 * 1024))),
        vec![bearer.clone(), bearer.clone()],
        vec![bearer.clone(), "Basic x".to_owned()],
        one(token),
    ]
}

fn sent(mut ask: Ask, credentials: &[String]) -> Ask {
    ask = ask.without("authorization");
    for line in credentials {
        let value = HeaderValue::from_bytes(line.as_bytes()).expect("a header value");
        ask.0.headers_mut().append(AUTHORIZATION, value);
    }
    ask
}

#[tokio::test]
async fn a_token_is_taken_by_every_way_in_only_as_it_must_be_sent() {
    // GW-03, R-008, R-011, R-019, R-020, appendix "Bearer syntax"
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ask"}}"#;
    for way in WAYS {
        let caller = Caller::by(way).await;
        let token = match way {
            Way::Whole | Way::WholeSession => WHOLE,
            _ => CANARY,
        };
        let post = || caller.post(body, ("tools/call", "ask"));
        let path = match way {
            Way::Sse => "/sse/files",
            Way::Whole | Way::WholeSession => "/mcp",
            _ => "/mcp/files",
        };
        for lines in credentials(token) {
            let stream = get(path);
            let end = get(path).verb(Method::DELETE);
            for ask in [post(), stream, end] {
                let verb = ask.0.method().clone();
                let answer = caller.world.send(sent(ask, &lines)).await;
                let status = answer.status.as_u16();
                let shown = |line: &String| line.chars().take(40).collect::<String>();
                let shown: Vec<_> = lines.iter().map(shown).collect();
                let is_no = status == 401 || (status == 400 && !lines.is_empty());
                assert!(is_no, "{way:?} {verb} {shown:?}: {status}");
                let challenge = answer.header("www-authenticate");
                assert!(challenge.contains("resource_metadata="), "{challenge}");
                assert!(!answer.text().contains(token), "{way:?} {shown:?}");
            }
        }
        assert_eq!(caller.calls(), 0, "{way:?}");
        let small = sent(caller.post("", ("", "")), &[format!("bearer {token}")]);
        let status = caller.world.send(small).await.status.as_u16();
        assert_eq!(
            status, 400,
            "the scheme is read in either case, and then the body"
        );
    }
}
