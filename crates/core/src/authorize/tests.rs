//! One row for each clause.

use super::*;
use crate::{client::ClientOrigin, redirect::RegisteredRedirect, time::UnixTime};

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn client() -> Client {
    let (id, now) = (ClientId::from_known("c1"), UnixTime::from_seconds(0));
    Client {
        redirects: vec![RegisteredRedirect::parse("https://c.example/cb").expect("valid")],
        ..Client::public(id, ClientOrigin::Dynamic, now)
    }
}

fn published() -> Vec<Resource> {
    [
        "https://mcp.example/mcp/files",
        "https://mcp.example/mcp/mail",
    ]
    .map(Resource::from_known)
    .to_vec()
}

fn offered(servers: &[Resource]) -> Offered<'_> {
    Offered {
        servers,
        whole: None,
        userinfo: None,
        strongest: Acr::Mfa,
    }
}

type Changes<'a> = &'a [(&'a str, &'a str)];

/// A good request with some parameters replaced, removed (`""`) or repeated (`name+`).
fn request(changes: Changes<'_>) -> Parameters {
    let mut pairs: Vec<(String, String)> = [
        ("client_id", "c1"),
        ("redirect_uri", "https://c.example/cb"),
        ("response_type", "code"),
        ("state", "s"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("resource", "https://mcp.example/mcp/files"),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .to_vec();
    for (key, value) in changes {
        match key.strip_suffix('+') {
            Some(key) => pairs.push((key.to_owned(), (*value).to_owned())),
            None => {
                pairs.retain(|(name, _)| name != key);
                pairs.push(((*key).to_owned(), (*value).to_owned()));
            }
        }
    }
    Parameters::new(pairs)
}

fn judge(changes: Changes<'_>) -> Result<Checked, Fault> {
    check(&request(changes), &client(), offered(&published()))
}

#[test]
fn faults_before_the_redirect_is_known_are_shown_and_never_redirected() {
    let long = "x".repeat(2049);
    #[rustfmt::skip]
    let cases: [(&str, Changes<'_>); 7] = [
        ("unregistered, AZ-01",      &[("redirect_uri", "https://evil.example/cb")]),
        ("missing, A-017",           &[("redirect_uri", "")]),
        ("two redirect URIs, AZ-11", &[("redirect_uri+", "https://c.example/cb")]),
        ("slash, AZ-02",             &[("redirect_uri", "https://c.example/cb/")]),
        ("script, AZ-05",            &[("redirect_uri", "javascript:alert(1)//")]),
        ("state too long, AZ-14",    &[("state", &long)]),
        ("bad and unregistered",     &[("redirect_uri", "https://evil.example/cb"), ("response_type", "token")]),
    ];
    for (name, changes) in cases {
        assert!(matches!(judge(changes), Err(Fault::Show(_))), "{name}");
    }
    assert_eq!(
        request(&[("client_id+", "evil")]).client_id(),
        Err(ShowFault::ClientMissing)
    ); // AZ-11
    let revoked = Client {
        revoked_at: Some(UnixTime::from_seconds(1)),
        ..client()
    };
    let judged = check(&request(&[]), &revoked, offered(&published()));
    assert_eq!(judged, Err(Fault::Show(ShowFault::ClientUnknown)));
}

#[test]
fn faults_after_it_are_told_to_the_client_with_its_state() {
    #[rustfmt::skip]
    let cases: [(&str, Changes<'_>, &str); 29] = [
        ("token, AZ-12",             &[("response_type", "token")],               "unsupported_response_type"),
        ("hybrid, AZ-12",            &[("response_type", "code token")],          "unsupported_response_type"),
        ("no response_type",         &[("response_type", "")],                    "unsupported_response_type"),
        ("fragment, AZ-12",          &[("response_mode", "fragment")],            "invalid_request"),
        ("web_message, AZ-12",       &[("response_mode", "web_message")],         "invalid_request"),
        ("two modes, AZ-11",         &[("response_mode", "query"), ("response_mode+", "form_post")], "invalid_request"),
        ("two nonces, AZ-11",        &[("nonce", "a"), ("nonce+", "b")],          "invalid_request"),
        ("two hints, AZ-11",         &[("id_token_hint", "a"), ("id_token_hint+", "b")], "invalid_request"),
        ("two locales, A-016",       &[("ui_locales", "en"), ("ui_locales+", "de")], "invalid_request"),
        ("no challenge, AZ-06",      &[("code_challenge", "")],                   "invalid_request"),
        ("plain, AZ-06",             &[("code_challenge_method", "plain")],       "invalid_request"),
        ("no method, AZ-06",         &[("code_challenge_method", "")],            "invalid_request"),
        ("repeated scope, AZ-11",    &[("scope+", "mcp:read"), ("scope+", "x")],  "invalid_request"),
        ("request object, AZ-16",    &[("request", "eyJ")],                       "request_not_supported"),
        ("request_uri, AZ-16",       &[("request_uri", "http://169.254.169.254/")], "request_uri_not_supported"),
        ("prompt unknown",           &[("prompt", "sometimes")],                  "invalid_request"),
        ("prompt none login, AZ-15", &[("prompt", "none login")],                 "invalid_request"),
        ("max_age negative, AZ-15",  &[("max_age", "-1")],                        "invalid_request"),
        ("max_age float, AZ-15",     &[("max_age", "1e9")],                       "invalid_request"),
        ("max_age text, AZ-15",      &[("max_age", "abc")],                       "invalid_request"),
        ("no thumbprint",            &[("dpop_jkt", "key")],                      "invalid_request"),
        ("max_age plus",             &[("max_age", "+1")],                        "invalid_request"),
        ("unknown scope, AZ-17",     &[("scope", "admin")],                       "invalid_scope"),
        ("quoted scope, AZ-17",      &[("scope", "a\"b")],                        "invalid_scope"),
        ("unknown resource, AZ-17",  &[("resource", "https://mcp.example/mcp/x")], "invalid_target"),
        ("relative resource, AZ-17", &[("resource", "/mcp/files")],               "invalid_target"),
        ("fragment in resource",     &[("resource", "https://mcp.example/mcp/files#x")], "invalid_target"),
        ("one of two unknown",       &[("resource+", "https://other.example/")],  "invalid_target"),
        ("origin among several",     &[("resource", "https://mcp.example")],      "invalid_target"),
    ];
    for (name, changes, expected) in cases {
        let Err(Fault::Redirect(fault)) = judge(changes) else {
            panic!("{name}: not a redirect")
        };
        assert_eq!(fault.error.code(), expected, "{name}"); // A-018
        assert_eq!(fault.to.state.as_deref(), Some("s"), "{name}");
        assert_eq!(fault.to.redirect.as_str(), "https://c.example/cb", "{name}");
    }
}

#[test]
fn repeated_state_is_told_without_any_state() {
    let Err(Fault::Redirect(fault)) = judge(&[("state+", "t")]) else {
        panic!("not a redirect")
    };
    assert_eq!(
        (fault.error, fault.to.state),
        (AuthorizeError::Repeated("state"), None)
    ); // AZ-11
}

#[test]
fn a_good_request_is_checked_and_unknown_parameters_are_ignored() {
    let checked = judge(&[
        ("audience", "x"),
        ("prompt", "consent login"),
        ("max_age", "0"),
        ("dpop_jkt", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"),
    ])
    .expect("good");
    assert!(checked.key.is_some(), "X-018");
    assert_eq!(
        checked.resources,
        [Resource::from_known("https://mcp.example/mcp/files")]
    );
    assert_eq!(checked.scopes, ScopeSet::baseline()); // A-028
    assert!(checked.prompt.consent && checked.prompt.login && !checked.prompt.none);
    assert_eq!(checked.max_age, Some(0));
}

#[test]
fn a_request_that_names_no_resource_means_every_published_one() {
    let several = judge(&[("resource", "")]).expect("good"); // A-027, interop 30
    assert_eq!(several.resources, published());
    let one = &published()[..1];
    let only = check(
        &request(&[("resource", "https://mcp.example/")]),
        &client(),
        offered(one),
    )
    .expect("good");
    assert_eq!(only.resources, one, "interop 29");
    let other = check(
        &request(&[("resource", "https://other.example")]),
        &client(),
        offered(one),
    );
    assert!(matches!(other, Err(Fault::Redirect(_))));
}

#[test]
fn form_post_is_for_addresses_that_take_a_form_and_its_faults_go_the_same_way() {
    let posted = judge(&[("response_mode", "form_post")]).expect("good");
    assert_eq!(posted.to.mode, ResponseMode::FormPost);
    let Err(Fault::Redirect(fault)) = judge(&[("response_mode", "form_post"), ("scope", "admin")])
    else {
        panic!("not a redirect")
    };
    assert_eq!(fault.to.mode, ResponseMode::FormPost);

    let application = Client {
        redirects: vec![RegisteredRedirect::parse("cursor://cb").expect("valid")],
        ..client()
    };
    let request = request(&[
        ("redirect_uri", "cursor://cb"),
        ("response_mode", "form_post"),
    ]);
    let Err(Fault::Redirect(fault)) = check(&request, &application, offered(&published())) else {
        panic!("not a redirect")
    };
    assert_eq!(fault.error, AuthorizeError::FormPost);
    assert_eq!(fault.to.mode, ResponseMode::Query);
}

#[test]
fn faults_of_clients_that_nobody_vouches_for_are_shown_before_they_go_elsewhere() {
    use ClientOrigin::{Dynamic, Preregistered};
    #[rustfmt::skip]
    let cases = [ // A-032
        ("stranger on the web",       Dynamic,       "https://c.example/cb",  Passage::Shown),
        ("stranger, application",     Dynamic,       "cursor://cb",           Passage::Shown),
        ("stranger, this computer",   Dynamic,       "http://127.0.0.1/cb",   Passage::Direct),
        ("known, on the web",         Preregistered, "https://c.example/cb",  Passage::Direct),
        ("known, application",        Preregistered, "cursor://cb",           Passage::Direct),
    ];
    for (name, origin, redirect, expected) in cases {
        let client = Client {
            origin,
            redirects: vec![RegisteredRedirect::parse(redirect).expect("valid")],
            ..client()
        };
        let changes = [("redirect_uri", redirect), ("scope", "admin")];
        let Err(Fault::Redirect(fault)) = check(&request(&changes), &client, offered(&published()))
        else {
            panic!("{name}: not a redirect")
        };
        assert_eq!(fault.passage, expected, "{name}");
    }
}

#[test]
fn choosing_an_account_shows_the_page_and_is_no_new_sign_in() {
    let prompt = judge(&[("prompt", "select_account")]).expect("good").prompt;
    assert!(prompt.consent && !prompt.login && !prompt.none);
    let both = judge(&[("prompt", "none select_account")]);
    assert!(matches!(both, Err(Fault::Redirect(_)))); // AZ-15
}

#[test]
fn details_and_resources_name_the_same_servers() {
    let entry =
        |server: &str| format!(r#"{{"type":"mcp_tool","server":"{server}","tools":["a"]}}"#);
    let details = |servers: &[&str]| {
        let entries: Vec<String> = servers.iter().map(|server| entry(server)).collect();
        format!("[{}]", entries.join(","))
    };
    let (files, mail) = (
        "https://mcp.example/mcp/files",
        "https://mcp.example/mcp/mail",
    );
    let (one, both, other) = (
        details(&["files"]),
        details(&["files", "mail"]),
        details(&["x"]),
    );
    #[rustfmt::skip]
    let cases: [(&str, Changes<'_>, Result<usize, &str>); 9] = [
        ("one server",             &[("authorization_details", &one)],                                 Ok(1)),
        ("resource left out",      &[("resource", ""), ("authorization_details", &one)],               Ok(1)),
        ("two, left out",          &[("resource", ""), ("authorization_details", &both)],              Ok(2)),
        ("two, named",             &[("resource+", mail), ("authorization_details", &both)],           Ok(2)),
        ("one without, A-082",     &[("resource+", mail), ("authorization_details", &one)],            Err("invalid_authorization_details")),
        ("one too many, A-082",    &[("resource", files), ("authorization_details", &both)],           Err("invalid_authorization_details")),
        ("unknown server, A-082",  &[("resource", ""), ("authorization_details", &other)],             Err("invalid_target")),
        ("unknown type, A-082",    &[("authorization_details", r#"[{"type":"payment"}]"#)],            Err("invalid_authorization_details")),
        ("twice, AZ-11",           &[("authorization_details+", &one), ("authorization_details+", &one)], Err("invalid_request")),
    ];
    for (name, changes, expected) in cases {
        let judged = match judge(changes) {
            Ok(checked) => {
                assert_eq!(checked.choice, Choice::Any, "{name}");
                Ok(checked.resources.len())
            }
            Err(Fault::Redirect(fault)) => Err(fault.error.code()),
            Err(Fault::Show(fault)) => panic!("{name}: {fault}"),
        };
        assert_eq!(judged, expected, "{name}");
    }
    let open = judge(&[("resource", "")]).expect("good");
    assert_eq!((open.choice, open.resources.len()), (Choice::One, 2));
}

#[test]
fn all_servers_at_once_are_one_resource_that_goes_with_no_other() {
    let (servers, whole) = (published(), Resource::from_known("https://mcp.example/mcp"));
    let (all, files) = (whole.as_str(), "https://mcp.example/mcp/files");
    let entry =
        |server: &str| format!(r#"[{{"type":"mcp_tool","server":"{server}","tools":["a"]}}]"#);
    let (known, unknown) = (entry("mail"), entry("x"));
    let slash = format!("{all}/");
    type Case<'a> = (&'a str, bool, Changes<'a>, Result<&'a [&'a str], &'a str>);
    #[rustfmt::skip]
    let cases: [Case<'_>; 8] = [ // GW-02, A-051
        ("named",                true,  &[("resource", all)],                       Ok(&[all])),
        ("with a slash",         true,  &[("resource", &slash)],                    Ok(&[all])),
        ("twice",                true,  &[("resource", all), ("resource+", &slash)], Ok(&[all])),
        ("with another",         true,  &[("resource", all), ("resource+", files)], Err("invalid_target")),
        ("not there",            false, &[("resource", all)],                       Err("invalid_target")),
        ("nothing named",        true,  &[("resource", "")],                        Ok(&[files, "https://mcp.example/mcp/mail", all])),
        ("details of one of it", true,  &[("resource", all), ("authorization_details", &known)], Ok(&[all])),
        ("details of no server", true,  &[("resource", all), ("authorization_details", &unknown)], Err("invalid_authorization_details")),
    ];
    for (name, there, changes, expected) in cases {
        let offered = Offered {
            whole: there.then_some(&whole),
            ..offered(&servers)
        };
        let told = match check(&request(changes), &client(), offered) {
            Ok(checked) => Ok(checked.resources),
            Err(Fault::Redirect(fault)) => Err(fault.error.code()),
            Err(Fault::Show(fault)) => panic!("{name}: {fault}"),
        };
        let expected = expected.map(|all| all.iter().map(|it| Resource::from_known(*it)).collect());
        assert_eq!(told, expected, "{name}");
    }
    let one = Offered {
        whole: Some(&whole),
        ..offered(&servers[..1])
    };
    let checked = check(&request(&[("resource", "")]), &client(), one).expect("good");
    assert_eq!(
        checked.resources,
        servers[..1],
        "of one server there is nothing to choose"
    );
    let about = request(&[("resource", ""), ("authorization_details", &known)]);
    let checked = check(
        &about,
        &client(),
        Offered {
            whole: Some(&whole),
            ..offered(&servers)
        },
    );
    assert_eq!(
        checked.expect("good").resources,
        servers[1..],
        "details mean their server"
    );
}

#[test]
fn a_way_to_sign_in_that_does_not_exist_here_is_told_at_once() {
    use Acr::{Mfa, Password};
    let (pwd, mfa, key) = (Password.as_str(), Mfa.as_str(), Acr::Passkey.as_str());
    #[rustfmt::skip]
    let cases = [ // A-033; passkeys are off
        (String::new(),             Ok(None)),
        (pwd.to_owned(),            Ok(Some(Password))),
        (format!("phr  {pwd}"),     Ok(Some(Password))),
        (mfa.to_owned(),            Ok(Some(Mfa))),
        (format!("{mfa} {pwd}"),    Ok(Some(Password))),
        (format!("{key} {mfa}"),    Ok(Some(Mfa))),
        (key.to_owned(),            Err(())),
        ("phr".to_owned(),          Err(())),
        ("0 1".to_owned(),          Err(())),
    ];
    for (values, expected) in cases {
        let judged = judge(&[("acr_values", values.as_str())]);
        let told = match &judged {
            Ok(checked) => Ok(checked.acr),
            Err(Fault::Redirect(fault)) => Err(fault.error.code()),
            Err(Fault::Show(fault)) => panic!("{fault}"),
        };
        let expected = expected.map_err(|()| "unmet_authentication_requirements");
        assert_eq!(told, expected, "{values}");
    }
}

/// The same where people sign in to clients.
fn connect(changes: Changes<'_>) -> Result<Checked, Fault> {
    let (servers, userinfo) = (published(), userinfo());
    let offered = Offered {
        servers: &servers,
        whole: None,
        userinfo: Some(&userinfo),
        strongest: Acr::Mfa,
    };
    let tool = Client {
        origin: ClientOrigin::Preregistered,
        ..client()
    };
    check(&request(changes), &tool, offered)
}

fn userinfo() -> Resource {
    Resource::from_known("https://mcp.example/userinfo")
}

#[test]
fn who_a_person_is_and_what_servers_open_are_asked_for_apart_or_together() {
    const USERINFO: &str = "https://mcp.example/userinfo";
    const DETAILS: &str = r#"[{"type":"mcp_tool","server":"files","tools":["a"]}]"#;
    let (nowhere, habit) = (("resource", ""), "openid profile email offline_access");
    type Judged<'a> = Result<(&'a str, usize), &'a str>;
    #[rustfmt::skip]
    let cases: [(&str, Changes<'_>, Judged<'_>); 18] = [
        ("only who",                   &[nowhere, ("scope", "openid")],                      Ok(("openid", 0))),
        ("and the name",               &[nowhere, ("scope", habit)],                         Ok(("openid profile", 0))),
        ("said by its resource",       &[("resource", USERINFO), ("scope", "openid")],       Ok(("openid", 0))),
        ("said twice",                 &[("resource", USERINFO), ("resource+", USERINFO), ("scope", "openid")], Ok(("openid", 0))),
        ("servers open nothing there", &[("resource", USERINFO), ("scope", "openid mcp:read")], Err("invalid_target")),
        ("nor alone there",            &[("resource", USERINFO), ("scope", "mcp:read")],     Err("invalid_target")),
        ("beside a server, interop 9", &[("scope", habit)],                                  Ok(("mcp:read mcp:write openid profile", 1))),
        ("beside scopes, interop 9",   &[nowhere, ("scope", "mcp:read openid")],             Ok(("mcp:read openid", 2))),
        ("beside details",             &[nowhere, ("authorization_details", DETAILS), ("scope", "openid")], Ok(("mcp:read mcp:write openid", 1))),
        ("no openid, interop 37",      &[nowhere, ("scope", "profile offline_access")],      Ok(("mcp:read mcp:write", 2))),
        ("there without openid",       &[("resource", USERINFO), ("scope", "profile")],      Err("invalid_target")),
        ("there and a server",         &[("resource+", USERINFO), ("scope", "openid")],      Err("invalid_target")),
        ("there with details, A-082",  &[("resource", USERINFO), ("authorization_details", DETAILS), ("scope", "openid")], Err("invalid_authorization_details")),
        ("unknown, AZ-17",             &[nowhere, ("scope", "openid admin")],                Err("invalid_scope")),
        ("long nonce",                 &[("scope", "openid"), ("nonce", &"n".repeat(513))],  Err("invalid_request")),
        ("nonce that no database takes", &[("scope", "openid"), ("nonce", "n\0")],           Err("invalid_request")),
        ("nonce of two lines",         &[("scope", "openid"), ("nonce", "n\r\nn")],          Err("invalid_request")),
        ("nonce in other letters",     &[nowhere, ("scope", "openid"), ("nonce", "ñ n")],    Ok(("openid", 0))),
    ];
    for (name, changes, expected) in cases {
        let judged = match connect(changes) {
            Ok(checked) => {
                let servers = checked.resources.iter().filter(|it| **it != userinfo());
                Ok((checked.scopes.to_string(), servers.count()))
            }
            Err(Fault::Redirect(fault)) => Err(fault.error.code()),
            Err(Fault::Show(fault)) => panic!("{name}: {fault}"),
        };
        let expected = expected.map(|(scopes, servers)| (scopes.to_owned(), servers));
        assert_eq!(judged, expected, "{name}"); // R-021
    }
}

// interop 9
#[test]
fn clients_that_introduce_themselves_mean_servers_unless_they_name_userinfo() {
    const USERINFO: &str = "https://mcp.example/userinfo";
    const FALLBACK: &str = "openid email profile"; // of mcp-remote, when nothing tells it more
    let (nowhere, alone) = (("resource", ""), ("scope", FALLBACK));
    let there = ("resource", USERINFO);
    let known = "mcp:read mcp:write openid profile";
    use ClientOrigin::{Dynamic, MetadataDocument, Preregistered};
    #[rustfmt::skip]
    let cases: [(&str, ClientOrigin, Changes<'_>, (&str, usize)); 7] = [
        ("registered itself",        Dynamic,          &[nowhere, alone],               (known, 2)),
        ("known by its document",    MetadataDocument, &[nowhere, alone],               (known, 2)),
        ("by an administrator",      Preregistered,    &[nowhere, alone],               ("openid profile", 0)),
        ("itself, said by resource", Dynamic,          &[there, alone],                 ("openid profile", 0)),
        ("document, by resource",    MetadataDocument, &[there, ("scope", "openid")],   ("openid", 0)),
        ("itself, for a server",     Dynamic,          &[alone],                        (known, 1)),
        ("no openid",                Preregistered,    &[nowhere, ("scope", "profile")], ("mcp:read mcp:write", 2)),
    ];
    let (servers, userinfo) = (published(), userinfo());
    let offered = Offered {
        servers: &servers,
        whole: None,
        userinfo: Some(&userinfo),
        strongest: Acr::Mfa,
    };
    for (name, origin, changes, (scopes, of_servers)) in cases {
        let client = Client { origin, ..client() };
        let checked = check(&request(changes), &client, offered).expect(name);
        let meant = checked.resources.iter().filter(|it| **it != userinfo);
        assert_eq!(checked.scopes.to_string(), scopes, "{name}");
        assert_eq!(meant.count(), of_servers, "{name}");
    }
}

#[test]
fn where_nobody_signs_in_to_clients_openid_stays_a_word_that_is_tolerated() {
    let changes: Changes<'_> = &[("scope", "openid"), ("nonce", "n"), ("id_token_hint", "h")];
    let off = judge(changes).expect("good");
    assert_eq!(off.scopes, ScopeSet::baseline()); // interop 9
    assert_eq!((off.nonce, off.id_token_hint), (None, None));
    let on = connect(changes).expect("good");
    assert_eq!(on.nonce.as_deref(), Some("n"));
    assert_eq!(on.id_token_hint.as_deref(), Some("h"));
    let without = connect(&[("nonce", "n")]).expect("good");
    assert_eq!(without.nonce, None, "no OpenID Connect, no ID token");
    let there = judge(&[
        ("resource", "https://mcp.example/userinfo"),
        ("scope", "openid"),
    ]);
    assert!(matches!(there, Err(Fault::Redirect(_))));
}
