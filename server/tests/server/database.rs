//! How a node finds its database: what it makes of it, and what it refuses.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use storage::postgres::{DatabaseAddress, OpenError, Postgres};
use tempfile::NamedTempFile;

use crate::postgres_server::{PostgresServer, client};
use crate::redis_shapes::make_certificates;

async fn open(url: &str) -> Result<Postgres, OpenError> {
    Postgres::open(&DatabaseAddress::parse(url).unwrap(), 2).await
}

async fn refused(url: &str) -> String {
    match open(url).await {
        Err(OpenError::Refused(why)) => why,
        Err(OpenError::Unreachable(why)) => panic!("not reached: {why}"),
        Ok(_) => panic!("it was used"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_nodes_that_start_at_once_one_makes_the_tables() {
    let server = PostgresServer::shared();
    let url = server.database().await;
    let opened = futures::future::join_all((0..5).map(|_| open(&url))).await;
    assert!(opened.iter().all(Result::is_ok), "{:?}", opened.iter().map(|one| one.as_ref().err()).collect::<Vec<_>>());
    let rows = client(&url).await.query("SELECT version FROM hubbub_versions", &[]).await.unwrap();
    let versions: Vec<i32> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(versions, (1..=versions.len() as i32).collect::<Vec<_>>(), "each once");
    assert!(!versions.is_empty() && open(&url).await.is_ok(), "and it can be opened again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_can_make_the_tables_before_any_node_starts() {
    let server = PostgresServer::shared();
    let url = server.database().await;
    let migrate = |url: &str| Command::new(env!("CARGO_BIN_EXE_hubbub")).args(["migrate", "--database", url]).output();
    for _ in 0..2 {
        let ended = migrate(&url).unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }
    assert_eq!(client(&url).await.query("SELECT id FROM quizzes", &[]).await.unwrap().len(), 0);
    let ended = migrate(&server.url("nowhere")).unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(!ended.status.success() && said.contains("\"nowhere\" does not exist"), "{said}");
    let ended = Command::new(env!("CARGO_BIN_EXE_hubbub")).arg("migrate").output().unwrap();
    assert!(String::from_utf8_lossy(&ended.stderr).contains("--database"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_of_a_later_version_is_refused_and_left_alone() {
    let server = PostgresServer::shared();
    let url = server.database().await;
    open(&url).await.unwrap();
    let operator = client(&url).await;
    operator.execute("INSERT INTO hubbub_versions (version) VALUES (999)", &[]).await.unwrap();
    let why = refused(&url).await;
    assert!(why.contains("version 999") && why.contains("a later Hubbub"), "{why}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_keeps_no_unicode_is_refused() {
    let server = PostgresServer::shared();
    server.execute("hubbub", "CREATE DATABASE latin ENCODING 'SQL_ASCII' TEMPLATE template0").await;
    let why = refused(&server.url("latin")).await;
    assert!(why.contains("SQL_ASCII") && why.contains("UTF8"), "{why}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_addresses_the_one_that_takes_writes_is_used() {
    let (server, read_only) = (PostgresServer::shared(), PostgresServer::start());
    let name = server.database().await.rsplit('/').next().unwrap().to_owned();
    read_only.execute("hubbub", &format!("CREATE DATABASE {name}")).await;
    read_only.execute("hubbub", &format!("ALTER DATABASE {name} SET default_transaction_read_only = on")).await;
    let hosts = format!("127.0.0.1:1,127.0.0.1:{},127.0.0.1:{}", read_only.port(), server.port());
    let database = open(&format!("postgres://hubbub@{hosts}/{name}")).await.unwrap();
    let port = database.query("SELECT current_setting('port')", &[]).await.unwrap();
    assert_eq!(port[0].get::<_, String>(0), server.port().to_string());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_encrypted_database_is_reached_by_who_trusts_its_authority_and_knows_the_password() {
    let server = PostgresServer::start_with(|folder| {
        make_certificates(folder);
        let rules = "host all hubbub 127.0.0.1/32 trust\nhostssl all app 127.0.0.1/32 scram-sha-256\n";
        std::fs::write(folder.join("rules"), rules).unwrap();
        let file = |name: &str| folder.join(name).display().to_string();
        vec![
            "ssl=on".into(),
            format!("ssl_cert_file={}", file("cert.pem")),
            format!("ssl_key_file={}", file("key.pem")),
            format!("hba_file={}", file("rules")),
        ]
    });
    server.execute("hubbub", "CREATE USER app PASSWORD 's3cret'").await;
    server.execute("hubbub", "CREATE DATABASE encrypted OWNER app").await;
    let url = format!("postgres://app@127.0.0.1:{}/encrypted?sslmode=verify-full", server.port());
    let address = || DatabaseAddress::parse(&url).unwrap();
    let trusting = || address().trusting(&server.folder().join("ca.pem")).unwrap();
    let opened = Postgres::open(&trusting().with_password("s3cret"), 2).await.unwrap();
    let is_encrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    assert!(opened.query(is_encrypted, &[]).await.unwrap()[0].get::<_, bool>(0));

    let Err(OpenError::Refused(why)) = Postgres::open(&trusting().with_password("wr0ng"), 2).await else {
        panic!("a wrong password was let in");
    };
    assert!(why.contains("password authentication failed") && !why.contains("wr0ng"), "{why}");
    let untrusted = Postgres::migrate_once(&address().with_password("s3cret")).await.unwrap_err().to_string();
    assert!(untrusted.contains("certificate") && !untrusted.contains("s3cret"), "{untrusted}");

    // As an operator gives them.
    let mut password = NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut password, b"s3cret\n").unwrap();
    std::fs::set_permissions(password.path(), std::fs::Permissions::from_mode(0o600)).unwrap();
    let ca = server.folder().join("ca.pem");
    let mut command = Command::new(env!("CARGO_BIN_EXE_hubbub"));
    command.args(["migrate", "--database", &url, "--database-password-file"]).arg(password.path());
    let ended = command.arg("--database-ca").arg(ca).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}
