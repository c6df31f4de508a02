//! PostgreSQL as an operator meets it: named in the configuration, refused with the fix, gone
//! and back again.

use std::time::{Duration, Instant};

use doorward_throwaway::{GUARDED, Postgres};

use crate::{
    browser::{Tokens, log_in},
    http::{Response, request},
    mcp::call,
    process::{Place, Running, complaint, said},
    serving::{Serving, free_port},
};

const PASSWORD: &str = "correct horse battery";

#[test]
fn a_database_that_cannot_be_used_is_one_line_with_the_fix_and_without_the_password() {
    let server = Postgres::shared();
    let (port, free) = (server.port(), free_port());
    let newer = server.schema();
    Place::on(newer.clone()).done(&["user", "list"]);
    let schema = newer.rsplit_once("%3D").expect("a schema").1;
    let sql = format!(
        "INSERT INTO {schema}.doorward_migrations SELECT 4711, digest FROM {schema}.doorward_migrations LIMIT 1"
    );
    server.sql("postgres", &sql);
    let foreign = server.schema();
    let schema = foreign.rsplit_once("%3D").expect("a schema").1;
    server.sql("postgres", &format!("CREATE TABLE {schema}.theirs ()"));
    #[rustfmt::skip]
    let cases = [
        (format!("postgres://u:s3cret@127.0.0.1:{free}/d"),             "refused",              "check that it runs"),
        (format!("postgres://{GUARDED}:s3cret@127.0.0.1:{port}/d"),     "password",             "pg_hba.conf"),
        (format!("postgres://doorward:s3cret@127.0.0.1:{port}/no_such"), "\"no_such\"",         "createdb"),
        (format!("postgres://u:s3cret@h@127.0.0.1:{port}/d"),           "has a host that is none", "%40"),
        (newer,                                                         "has schema",           "newer Doorward"),
        (foreign,                                                       "another program",      "empty database"),
    ];
    for (url, cause, fix) in cases {
        let complaint = refusal(&url);
        assert!(
            complaint.contains(cause) && complaint.contains(fix),
            "{url}: {complaint}"
        );
        assert!(!complaint.contains("s3cret"), "{complaint}");
    }
}

/// The one line with which a command on this database is refused.
fn refusal(url: &str) -> String {
    let output = Place::on(url.to_owned()).run(&["user", "list"]);
    let complaint = complaint(&output);
    assert!(!output.status.success(), "{url}");
    assert_eq!(complaint.trim_end().lines().count(), 1, "{complaint}");
    complaint
}

/// Configuration of a door on `port`, with its database named by the environment or a file.
fn configuration(port: u16, ops: u16, url: &str) -> String {
    format!(
        "listen = '127.0.0.1:{port}'\nops_listen = '127.0.0.1:{ops}'\n\
         [storage]\nurl = {url}\n\
         [[servers]]\nname = 'a'\nurl = 'http://127.0.0.1:9/mcp'\n"
    )
}

#[test]
fn serve_and_the_commands_after_it_use_the_database_that_the_configuration_names() {
    let place = Place::new();
    let server = Postgres::shared();
    let (port, ops) = (free_port(), free_port());
    let url = server.schema();
    place.write("database", &format!("{url}\n"));
    let config = place.write(
        "doorward.toml",
        &configuration(port, ops, "{ file = 'database' }"),
    );
    let serving = Serving::start(&place, &config);
    place.add_user("alice", PASSWORD);
    drop(serving);
    // Nothing runs: the folder knows which file names the database.
    assert!(place.done(&["user", "list"]).contains("alice"));
    let schema = url.rsplit_once("%3D").expect("a schema").1;
    let names = server.sql("postgres", &format!("SELECT name FROM {schema}.users"));
    assert_eq!(names, "alice");
    assert!(!place.data().join("doorward.db").exists());
    assert!(
        place.data().join("master.key").exists(),
        "the key of what is sealed there"
    );

    let lock = std::fs::read_to_string(place.data().join("doorward.lock")).expect("readable");
    assert!(
        lock.contains("doorward.toml") && !lock.contains("postgres://"),
        "{lock}"
    );
    std::fs::remove_file(place.path().join("database")).expect("removed");
    let lost = complaint(&place.run(&["user", "list"]));
    assert!(lost.contains("storage.url: cannot read"), "{lost}");
    std::fs::remove_file(&config).expect("removed");
    let lost = complaint(&place.run(&["user", "list"]));
    assert!(
        lost.contains("doorward.toml") && lost.contains("set DOORWARD_STORAGE"),
        "{lost}"
    );
    let found = place.run_on(&url, &["user", "list"]);
    assert!(said(&found).contains("alice"));
    let kept = std::fs::read_to_string(place.data().join("doorward.lock")).expect("readable");
    assert!(kept.contains("doorward.toml"), "{kept}");
}

#[test]
fn two_doors_do_not_share_a_database() {
    let url = Postgres::shared().schema();
    let impatient = format!("{url}&timeout=2");
    let (first, second) = (Place::on(url), Place::on(impatient));
    let running = first.up(&["--demo"]);
    let refused = complaint(&second.run(&["user", "list"]));
    assert!(refused.contains("in use by another Doorward"), "{refused}");
    drop(running);
    // It is free again, but the master key of the first folder is not here.
    let refused = complaint(&second.run(&["user", "list"]));
    assert!(
        refused.contains("master key") && refused.contains("missing"),
        "{refused}"
    ); // CR-03
}

#[test]
fn a_database_that_was_emptied_is_not_mistaken_for_a_first_start() {
    let server = Postgres::shared();
    let place = Place::on(server.schema());
    drop(place.up(&["--demo"]));
    let empty = server.schema();
    let elsewhere = complaint(&place.run_on(&empty, &["user", "list"]));
    assert!(elsewhere.contains("missing or empty"), "{elsewhere}"); // CR-03
}

/// The answer to a call as soon as tokens are judged, which may take a moment.
fn judged(running: &Running, tokens: &Tokens) -> Response {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let answer = call(running, tokens, "tools/list", serde_json::json!({}));
        if answer.status != 503 || Instant::now() >= until {
            return answer;
        }
        std::thread::park_timeout(Duration::from_millis(100));
    }
}

#[test]
fn a_database_that_goes_away_is_come_again_and_comes_back_by_itself() {
    let server = Postgres::alone();
    let place = Place::on(server.database());
    place.add_user("alice", PASSWORD);
    let running = place.up(&["--demo"]);
    let tokens = log_in(&running, "alice", PASSWORD);
    server.stop();
    let refused = tokens.refresh(running.authority()).expect("answer");
    assert_eq!(refused.status, 503, "{refused:?}"); // DS-03, interop 39
    assert_eq!(refused.header("retry-after"), Some("1"));
    let form = [("Content-Type", "application/json")];
    let body = "{\"redirect_uris\":[\"http://127.0.0.1/cb\"],\"client_name\":\"another\"}";
    let refused = request(running.authority(), "POST", "/register", &form, body).expect("answer");
    assert_eq!(refused.status, 503, "{refused:?}");
    server.start_again();
    let refreshed = tokens.refresh(running.authority()).expect("answer");
    let tokens = tokens.successor(&refreshed);
    let tools = judged(&running, &tokens);
    assert_eq!(tools.status, 200, "{tools:?}");
    assert!(
        place
            .done(&["audit", "verify"])
            .contains("follow from one another")
    );
}

#[test]
fn a_database_that_hangs_is_come_again_and_nothing_is_half_done() {
    let server = Postgres::alone();
    let place = Place::on(format!("{}?timeout=2", server.database()));
    place.add_user("alice", PASSWORD);
    let running = place.up(&["--demo"]);
    let tokens = log_in(&running, "alice", PASSWORD);
    server.pause();
    let refused = tokens.refresh(running.authority()).expect("answer");
    assert_eq!(refused.status, 503, "{refused:?}"); // DS-03, interop 39
    assert_eq!(refused.header("retry-after"), Some("1"));
    server.resume();
    let refreshed = tokens.refresh(running.authority()).expect("answer");
    let tokens = tokens.successor(&refreshed);
    let refreshed = tokens.refresh(running.authority()).expect("answer");
    assert_eq!(refreshed.status, 200, "{refreshed:?}");
    let complaints = running.complaints();
    assert!(!complaints.contains("postgres://"), "{complaints}");
}

#[test]
fn a_door_that_cannot_tell_whether_the_database_is_its_own_judges_no_token() {
    // TK-18, CR-06
    let server = Postgres::alone();
    let place = Place::on(server.database());
    place.add_user("alice", PASSWORD);
    let mut running = place.up(&["--demo"]);
    let tokens = log_in(&running, "alice", PASSWORD);
    let list = |running: &_| call(running, &tokens, "tools/list", serde_json::json!({}));
    assert_eq!(list(&running).status, 200);
    server.pause();
    running.until("no token is judged");
    let refused = list(&running);
    assert_eq!(refused.status, 503, "{refused:?}");
    assert!(refused.header("retry-after").is_some(), "{refused:?}");
    server.resume();
    assert_eq!(judged(&running, &tokens).status, 200, "by itself");
}
