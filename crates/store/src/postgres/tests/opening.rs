//! Which databases are opened, and what is said about the others.

use doorward_throwaway::{GUARDED, PASSWORD, Postgres};

use super::{parsed, refusal};
use crate::postgres::{PostgresRefusal, PostgresStore, PostgresUrl, Tenancy};

/// The URL of a new database, for the user who needs a password.
fn guarded(server: &Postgres, password: &str) -> PostgresUrl {
    let url = server.database();
    let (_, name) = url.rsplit_once('/').expect("a name");
    server.sql(
        "postgres",
        &format!("ALTER DATABASE {name} OWNER TO {GUARDED}"),
    );
    let password: String = form_urlencoded::byte_serialize(password.as_bytes()).collect();
    let port = server.port();
    parsed(&format!(
        "postgres://{GUARDED}:{password}@127.0.0.1:{port}/{name}"
    ))
}

#[tokio::test]
async fn a_user_gets_in_with_the_password_and_owning_the_database_is_enough() {
    let server = Postgres::shared();
    let opened = PostgresStore::open(&guarded(&server, PASSWORD), Tenancy::Alone).await;
    super::add_user(&opened.expect("opens"), "alice")
        .await
        .expect("is free");
}

#[tokio::test]
async fn a_wrong_password_is_told_without_any_password() {
    let server = Postgres::shared();
    let refusal = refusal(&guarded(&server, "wr0ng"), Tenancy::Alone).await;
    assert!(matches!(refusal, PostgresRefusal::Denied(_)), "{refusal:?}");
    let told = format!("{refusal} {refusal:?} {}", refusal.fix());
    assert!(told.contains(GUARDED) && !told.contains("wr0ng"), "{told}");
}

#[tokio::test]
async fn a_database_that_is_missing_is_named() {
    let url = parsed(&Postgres::shared().url("no_such_database"));
    let refusal = refusal(&url, Tenancy::Alone).await;
    assert!(
        matches!(refusal, PostgresRefusal::NoDatabase(_)),
        "{refusal:?}"
    );
    assert!(
        refusal.to_string().contains("no_such_database"),
        "{refusal}"
    );
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_told() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let url = parsed(&format!("postgres://doorward@127.0.0.1:{port}/d?timeout=1"));
    for (listens, expected) in [(Some(listener), "does not answer"), (None, "refused")] {
        let refusal = refusal(&url, Tenancy::Alone).await;
        assert!(
            matches!(refusal, PostgresRefusal::Unreachable(_)),
            "{refusal:?}"
        );
        assert!(refusal.to_string().contains(expected), "{refusal}");
        drop(listens);
    }
}

#[tokio::test]
async fn a_server_without_encryption_is_refused_when_encryption_was_asked_for() {
    let server = Postgres::shared();
    let url = format!("{}?sslmode=require", server.database());
    let refusal = refusal(&parsed(&url), Tenancy::Alone).await;
    assert!(
        matches!(refusal, PostgresRefusal::Unreachable(_)),
        "{refusal:?}"
    );
    assert!(refusal.to_string().contains("TLS"), "{refusal}");
}

#[tokio::test]
async fn a_user_without_rights_is_told_so() {
    let server = Postgres::shared();
    let url = guarded(&server, PASSWORD);
    let name = url.config.get_dbname().expect("a name").to_owned();
    server.sql(
        "postgres",
        &format!("ALTER DATABASE {name} OWNER TO doorward"),
    );
    server.sql(&name, "REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    let refusal = refusal(&url, Tenancy::Alone).await;
    assert!(
        matches!(refusal, PostgresRefusal::Forbidden(_)),
        "{refusal:?}"
    );
}

#[tokio::test]
async fn a_database_of_another_encoding_and_one_that_only_reads_are_refused() {
    let server = Postgres::shared();
    let make = "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'";
    server.sql("postgres", make);
    let refused = refusal(&parsed(&server.url("latin")), Tenancy::Alone).await;
    assert!(
        matches!(refused, PostgresRefusal::Encoding(_)),
        "{refused:?}"
    );

    let url = format!(
        "{}?options=-cdefault_transaction_read_only%3Don",
        server.database()
    );
    let refused = refusal(&parsed(&url), Tenancy::Alone).await;
    assert!(matches!(refused, PostgresRefusal::ReadOnly), "{refused:?}");
}

#[tokio::test]
async fn a_schema_of_its_own_beside_other_programs_is_fine_and_must_exist() {
    let server = Postgres::shared();
    let url = server.database();
    server.sql(&url, "CREATE TABLE theirs (id TEXT)");
    let ours = parsed(&format!("{url}?options=-csearch_path%3Ddoor"));
    let refused = refusal(&ours, Tenancy::Alone).await;
    assert!(matches!(refused, PostgresRefusal::NoSchema), "{refused:?}");
    server.sql(&url, "CREATE SCHEMA door");
    let store = PostgresStore::open(&ours, Tenancy::Alone)
        .await
        .expect("opens");
    super::add_user(&store, "alice").await.expect("is free");
    assert_eq!(server.sql(&url, "SELECT name FROM door.users"), "alice");
}

#[tokio::test]
async fn an_encrypted_connection_is_for_a_server_whose_certificate_fits() {
    let pki = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fetch/tests/it/pki");
        std::path::Path::new(folder).join(name)
    };
    let server = Postgres::with_tls(&pki("server.pem"), &pki("server.key"));
    let database = server.database();
    let (_, name) = database.rsplit_once('/').expect("a name");
    let at = |host: &str, options: &str| {
        let port = server.port();
        parsed(&format!(
            "postgres://doorward@{host}:{port}/{name}?hostaddr=127.0.0.1{options}"
        ))
    };
    let root = pki("root.pem");
    let trusting = format!("&sslrootcert={}", root.display());

    // The certificate is for docs.example, of an authority that no system knows.
    let store = PostgresStore::open(&at("docs.example", &trusting), Tenancy::Alone).await;
    let store = store.expect("fits");
    super::add_user(&store, "alice").await.expect("is free");
    assert_eq!(super::user_names(&store).await, ["alice"]);
    let encrypted = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
        WHERE application_name = 'doorward' AND ssl";
    assert_eq!(server.sql(name, encrypted), "2", "to read and to write");
    drop(store);

    for (url, expected) in [
        (at("docs.example", ""), "certificate"),
        (at("other.example", &trusting), "certificate"),
    ] {
        let refusal = refusal(&url, Tenancy::Alone).await;
        assert!(
            matches!(refusal, PostgresRefusal::Unreachable(_)),
            "{refusal:?}"
        );
        assert!(refusal.to_string().contains(expected), "{refusal}");
    }
    let missing = at("docs.example", "&sslrootcert=/no/such.pem");
    let refused = refusal(&missing, Tenancy::Alone).await;
    assert!(matches!(refused, PostgresRefusal::Roots(_)), "{refused:?}");
    let in_clear = at("docs.example", "&sslmode=disable");
    PostgresStore::open(&in_clear, Tenancy::Alone)
        .await
        .expect("as the URL says");
}
