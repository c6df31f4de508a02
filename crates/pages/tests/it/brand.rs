//! Pages as an operator wants them.

use axum::{body::to_bytes, response::Response};
use doorward_pages::{Brand, Locale, Message, Pages, Shades, Text, Wishes};
use http::StatusCode;

const LOGO: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>";

fn wishes() -> Wishes {
    Wishes {
        name: Some("Acme \"<b>\" \\ {Tools}".to_owned()),
        logo: Some(("logo.svg".to_owned(), LOGO.to_vec())),
        light: Shades {
            accent: Some("#7a0000".to_owned()),
            ground: None,
        },
        texts: vec![
            ("en.ftl".to_owned(), "device-again = Once more\n".to_owned()),
            (
                "de.ftl".to_owned(),
                "-product = Tor\nlayout-product = { -product }\n".to_owned(),
            ),
        ],
        default_locale: Some("de".to_owned()),
        ..Wishes::default()
    }
}

fn message() -> Message {
    Message::new(Text::of("device-connected"), Text::of("message-storage"))
        .next("/device", Text::of("device-again"))
}

async fn shown(pages: &Pages, locale: Locale) -> String {
    body(pages.to(locale).message(StatusCode::OK, &message())).await
}

async fn body(response: Response) -> String {
    let bytes = to_bytes(response.into_body(), 1 << 20)
        .await
        .expect("a body");
    String::from_utf8(bytes.to_vec()).expect("text")
}

#[tokio::test]
async fn name_logo_colours_and_texts_of_the_operator_are_on_every_page() {
    let brand = Brand::of(wishes()).expect("can be met");
    let pages = Pages::dressed("/base", &brand);
    let page = shown(&pages, Locale::English).await;
    // CO-07
    let name = "Acme &quot;&lt;b&gt;&quot; \\ {Tools}";
    assert!(
        page.contains(&format!("{name} cannot reach its storage right now.")),
        "{page}"
    );
    assert!(
        page.contains("> Once more</a>") || page.contains(">Once more</a>"),
        "{page}"
    );
    assert_eq!(pages.default_locale(), Locale::German);
    let german = shown(&pages, Locale::German).await;
    assert!(
        german.contains("- Tor</title>"),
        "texts say more than the name: {german}"
    );
    for (name, kind) in [
        ("brand.css", "text/css; charset=utf-8"),
        ("logo", "image/svg+xml"),
    ] {
        let address = format!("\"/base/assets/{name}?");
        let query = page.split_once(&address).expect(name).1.split('"').next();
        let answer = pages.asset(name, query);
        assert_eq!(answer.headers()["content-type"], kind);
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        assert_eq!(
            answer.headers()["cache-control"],
            "public, max-age=31536000, immutable"
        );
        let policy = answer.headers()["content-security-policy"]
            .to_str()
            .expect("ASCII");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("sandbox"),
            "{policy}"
        );
    }
    assert!(
        body(pages.asset("brand.css", None))
            .await
            .contains("--accent: #7a0000;")
    );
}

#[tokio::test]
async fn without_wishes_there_is_no_logo_and_no_second_style_sheet() {
    let pages = Pages::new("");
    let page = shown(&pages, Locale::English).await;
    assert!(!page.contains("<img") && page.matches("rel=\"stylesheet\"").count() == 1);
    for name in ["brand.css", "logo"] {
        assert_eq!(pages.asset(name, None).status(), StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_template_of_the_operator_takes_the_place_of_ours_until_it_fails() {
    let template = "{% extends \"layout.html\" %}{% block main %}<h1>Mine</h1>{% if page.facts %}{{ page.facts.nothing.here }}{% endif %}{% endblock %}";
    let pages = Pages::new("");
    let brand = Brand::of(Wishes {
        templates: vec![("message.html".to_owned(), template.to_owned())],
        ..Wishes::default()
    });
    pages.dress(&brand.expect("can be met"));
    assert!(
        shown(&pages, Locale::French)
            .await
            .contains("<h1>Mine</h1>")
    );
    let other = message().fact(Text::of("message-you"), ["fact".to_owned()]);
    let page = body(pages.to(Locale::English).message(StatusCode::OK, &other)).await;
    assert!(
        page.contains("<code>fact</code>") && !page.contains("Mine"),
        "{page}"
    );
    pages.dress(&Brand::default());
    assert!(!shown(&pages, Locale::English).await.contains("Mine"));
}
