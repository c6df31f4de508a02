//! What a page says, in which language, with which headers.

use std::time::Duration;

use axum::{body::to_bytes, response::Response};
use doorward_pages::{Locale, Message, Pages, Policy, Text};
use http::StatusCode;
use serde_json::json;

async fn body(response: Response) -> String {
    let bytes = to_bytes(response.into_body(), 1 << 20)
        .await
        .expect("a body");
    String::from_utf8(bytes.to_vec()).expect("text")
}

#[tokio::test]
async fn a_message_is_said_in_the_language_of_its_reader() {
    let pages = Pages::new("/base");
    let text = Text::of("device-connected-lead").with("client", "<b>\"Desk\" & 'co'");
    let message =
        Message::new(Text::of("device-connected"), text).next("/device", Text::of("device-again"));
    let answer = pages.to(Locale::English).message(StatusCode::OK, &message);
    assert_eq!(answer.headers()["content-language"], "en");
    let page = body(answer).await.replace("&#x2f;", "/");
    // CO-07
    assert!(
        page.contains("<p>&lt;b&gt;&quot;Desk&quot; &amp; &#x27;co&#x27; may now act for you."),
        "{page}"
    );
    assert!(page.contains("<html lang=\"en\" dir=\"ltr\">"), "{page}");
    assert!(
        page.contains("<a href=\"/base/device\">Type the code again</a>"),
        "{page}"
    );
    let answer = pages.to(Locale::Chinese).message(StatusCode::OK, &message);
    assert_eq!(answer.headers()["content-language"], "zh-Hans");
    assert!(
        body(answer)
            .await
            .contains("<html lang=\"zh-Hans\" dir=\"ltr\">")
    );
}

#[tokio::test]
async fn a_text_that_is_put_into_another_is_said_in_the_same_language() {
    let pages = Pages::new("");
    let hour = Text::duration(Duration::from_secs(3600));
    let text = Text::of("lasts-access").text("longest", hour.clone());
    assert_eq!(
        pages.to(Locale::English).say(&text),
        "1 hour; then it asks again"
    );
    assert_eq!(pages.to(Locale::German).say(&hour), "1 Stunde");
    assert_eq!(pages.to(Locale::Japanese).say(&hour), "1 時間");
}

#[tokio::test]
async fn a_page_without_its_values_or_with_an_unknown_text_is_refused_whole() {
    let pages = Pages::new("");
    let reader = pages.to(Locale::English);
    for (template, page) in [
        ("message.html", json!({})),
        (
            "message.html",
            json!({ "title": "no-such-text", "lead": "device-lead", "facts": [], "advice": [], "next": null }),
        ),
        (
            "message.html",
            json!({ "title": "consent-title", "lead": "device-lead", "facts": [], "advice": [], "next": null }),
        ),
        ("nothing.html", json!({})),
    ] {
        let answer = reader.page((StatusCode::OK, template), &page);
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR, "{page}");
        assert_eq!(answer.headers()["x-frame-options"], "DENY");
        assert_eq!(body(answer).await, "");
    }
}

#[test]
fn a_policy_names_where_forms_go_and_whether_scripts_run() {
    let pages = Pages::new("");
    let message = Message::new(Text::of("device-connected"), Text::of("device-lead"));
    let policy = |policy: Policy| {
        let reader = pages.to(Locale::English);
        let answer = reader.page_with((StatusCode::OK, "message.html"), &message, &policy);
        answer.headers()["content-security-policy"]
            .to_str()
            .expect("ASCII")
            .to_owned()
    };
    let own = policy(Policy::default());
    assert!(
        own.starts_with("form-action 'self'; default-src 'none'; style-src 'self'"),
        "{own}"
    );
    assert!(!own.contains("script-src"));
    assert!(
        policy(Policy::default().form_to("https://a.example"))
            .starts_with("form-action 'self' https://a.example;")
    );
    assert!(
        policy(Policy::default().forms_only_to("https:").with_scripts())
            .starts_with("script-src 'self'; form-action https:;")
    );
}

#[tokio::test]
async fn a_file_is_kept_for_ever_under_the_address_of_its_content_alone() {
    let pages = Pages::new("/base");
    let message = Message::new(Text::of("device-connected"), Text::of("device-lead"));
    let page = body(pages.to(Locale::English).message(StatusCode::OK, &message)).await;
    let address = page
        .split_once("href=\"/base/assets/doorward.css?")
        .expect("a style sheet")
        .1;
    let query = address.split('"').next();
    let kept = |query| pages.asset("doorward.css", query).headers()["cache-control"].clone();
    assert_eq!(kept(query), "public, max-age=31536000, immutable");
    for other in [None, Some("v=0"), Some("")] {
        assert_eq!(kept(other), "public, max-age=3600");
    }
    assert_eq!(
        pages.asset("../Cargo.toml", None).status(),
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        pages.asset("reply.js", None).headers()["content-type"],
        "text/javascript; charset=utf-8"
    );
}
