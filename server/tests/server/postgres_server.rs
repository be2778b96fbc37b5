//! A real PostgreSQL of the tests' own: on a free port, in a folder that goes with it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use storage::postgres::{DatabaseAddress, Postgres};
use tempfile::TempDir;
use tokio_postgres::NoTls;

use crate::redis_server::{free_port, shared};

/// Runs PostgreSQL and ends it when its own standard input ends: with the process
/// of the tests, however that ends.
const WRAPPER: &str = r#""$0" "$@" </dev/null & exec >/dev/null 2>&1; read _; kill -9 $!; wait"#;
/// The tests' data need not survive the machine.
const SETTINGS: [&str; 3] = ["fsync=off", "max_connections=200", "shared_buffers=32MB"];

/// A PostgreSQL that ends when this is dropped.
pub struct PostgresServer {
    port: u16,
    folder: TempDir,
    settings: Vec<String>,
    databases: AtomicUsize,
    process: Mutex<Option<Process>>,
}

struct Process {
    wrapper: Child,
    pid: u32,
}

impl PostgresServer {
    /// One of its own, for a test that troubles it.
    pub fn start() -> Arc<Self> {
        Self::start_with(|_| Vec::new())
    }

    /// One with more settings, which may depend on its folder.
    pub fn start_with(settings: impl Fn(&Path) -> Vec<String>) -> Arc<Self> {
        for _ in 0..10 {
            let folder = tempfile::Builder::new().prefix("hubbub-postgres-").tempdir().unwrap();
            let settings = SETTINGS.map(ToOwned::to_owned).into_iter().chain(settings(folder.path())).collect();
            let (databases, process) = (AtomicUsize::new(0), Mutex::default());
            let server = Self { port: free_port(), folder, settings, databases, process };
            if server.start_again() {
                return Arc::new(server);
            }
        }
        panic!("PostgreSQL does not start; is it installed? (make test installs it)");
    }

    /// The one that all tests share, as long as any of them uses it.
    pub fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<PostgresServer>> = Mutex::new(Weak::new());
        shared(&SHARED, Self::start)
    }

    /// The address of one of its databases, for the setting `database`.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://hubbub@127.0.0.1:{}/{database}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Makes an empty database; returns its address.
    pub async fn database(&self) -> String {
        let name = format!("test{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.execute("hubbub", &format!("CREATE DATABASE {name}")).await;
        self.url(&name)
    }

    /// Runs a statement as an operator; returns how many rows it changed.
    pub async fn execute(&self, database: &str, sql: &str) -> u64 {
        let client = client(&self.url(database)).await;
        client.execute(sql, &[]).await.unwrap()
    }

    /// Starts it on the same port, with the data it had; false: the port is taken.
    pub fn start_again(&self) -> bool {
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/../.ci/postgres");
        let mut wrapper = Command::new("sh")
            .args(["-c", WRAPPER, program])
            .arg(self.folder.path())
            .arg(self.port.to_string())
            .args(&self.settings)
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(wrapper.stderr.take().unwrap()).lines().map_while(Result::ok);
        let ready = lines.any(|line| line.contains("database system is ready to accept connections"));
        // Nobody reads the rest, but a full pipe would stop it.
        std::thread::spawn(move || lines.for_each(drop));
        let pid = ready.then(|| self.pid()).flatten();
        *self.process.lock().unwrap() = Some(Process { wrapper, pid: pid.unwrap_or_default() });
        if pid.is_none() {
            self.stop();
        }
        pid.is_some()
    }

    /// The server writes it down.
    fn pid(&self) -> Option<u32> {
        let file = std::fs::read_to_string(self.folder.path().join("data/postmaster.pid")).ok()?;
        file.lines().next()?.parse().ok()
    }

    /// Ends it at once, as a crash would. What it acknowledged is in its files.
    pub fn stop(&self) {
        if let Some(mut process) = self.process.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // A frozen one would leave the processes of its connections behind, frozen for ever.
            signal_all(process.pid, "-CONT");
            drop(process.wrapper.stdin.take());
            let _ = process.wrapper.wait();
        }
    }

    /// Stops it from doing anything while its connections stay open.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Ends what [`Self::freeze`] began.
    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    /// Signals the server and the processes of its connections.
    fn signal(&self, signal: &str) {
        let pid = self.process.lock().unwrap().as_ref().unwrap().pid;
        assert!(signal_all(pid, signal));
    }
}

/// Signals a server and the processes of its connections; false: it is gone.
fn signal_all(pid: u32, signal: &str) -> bool {
    // One that never got ready has none.
    if pid == 0 {
        return false;
    }
    let pid = pid.to_string();
    // It fails where there is no connection.
    let _ = Command::new("pkill").args([signal, "-P", &pid]).status().unwrap();
    Command::new("kill").args([signal, &pid]).stderr(Stdio::null()).status().unwrap().success()
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A connection of an operator.
pub async fn client(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// A handle of a node to an empty database, with its address.
pub async fn empty_database(server: &PostgresServer) -> (Postgres, String) {
    let url = server.database().await;
    (open(&url).await, url)
}

/// A handle of a node.
pub async fn open(url: &str) -> Postgres {
    Postgres::open(&DatabaseAddress::parse(url).unwrap(), 8).await.unwrap()
}
