//! A configuration that changes while it is served.

use crate::{
    http::request,
    process::Place,
    serving::{Serving, free_port},
};

#[test]
fn a_changed_file_takes_effect_and_a_broken_one_does_not() {
    let place = Place::new();
    let (port, ops) = (free_port(), free_port());
    let file = |servers: &str| {
        let text =
            format!("listen = '127.0.0.1:{port}'\nops_listen = '127.0.0.1:{ops}'\n{servers}");
        place.write("doorward.toml", &text)
    };
    let server =
        |name: &str| format!("[[servers]]\nname = '{name}'\nurl = 'http://127.0.0.1:9/mcp'\n");
    let config = file(&server("one"));
    let serving = Serving::start(&place, &config);
    let authority = format!("127.0.0.1:{port}");
    let status = |name: &str| {
        let target = format!("/.well-known/oauth-protected-resource/mcp/{name}");
        request(&authority, "GET", &target, &[], "")
            .expect("answer")
            .status
    };
    assert_eq!((status("one"), status("two")), (200, 404));

    file(&format!("{}{}", server("one"), server("two")));
    serving.until("configuration reloaded");
    assert_eq!((status("one"), status("two")), (200, 200));

    file("[[servers]]\nname = 'three'\nurll = 'x'\n");
    let complaint = serving.until("stays in effect");
    assert!(complaint.contains("did you mean `url`?"), "{complaint}");
    assert_eq!(
        (status("one"), status("two"), status("three")),
        (200, 200, 404)
    );

    file(&format!(
        "[storage]\nurl = 'sqlite:other.db'\n{}",
        server("two")
    ));
    let warning = serving.until("only after a restart");
    assert!(warning.contains("storage.url"), "{warning}");
    assert_eq!((status("one"), status("two")), (404, 200));

    let ops = format!("127.0.0.1:{ops}");
    let ready = request(&ops, "GET", "/readyz", &[], "").expect("answer");
    assert_eq!(ready.status, 200);
    let metrics = request(&ops, "GET", "/metrics", &[], "").expect("answer");
    assert!(
        metrics
            .body
            .contains("doorward_requests_total{status=\"2xx\"}")
    );
    let rebound =
        request(&ops, "GET", "/metrics", &[("Host", "evil.example")], "").expect("answer");
    assert_eq!(rebound.status, 421); // GW-29
}
