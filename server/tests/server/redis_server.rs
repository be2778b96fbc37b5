//! A real Redis of the tests' own: on a free port, in a folder that goes with it.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tempfile::TempDir;

/// Runs Redis and ends it when its own standard input ends: with the process
/// of the tests, however that ends.
const WRAPPER: &str = r#"redis-server "$@" </dev/null & exec >/dev/null; read _; kill -9 $!; wait"#;

/// A redis-server that ends when this is dropped.
pub struct RedisServer {
    port: u16,
    folder: TempDir,
    flags: Vec<String>,
    process: Mutex<Option<Process>>,
}

struct Process {
    wrapper: Child,
    pid: Option<u32>,
}

impl RedisServer {
    /// One of its own, for a test that troubles it.
    pub fn start() -> Arc<Self> {
        Self::start_with(|_, _| Vec::new())
    }

    /// One with more flags, which may depend on its folder and its port.
    pub fn start_with(flags: impl Fn(&Path, u16) -> Vec<String>) -> Arc<Self> {
        for _ in 0..10 {
            let mut server = Self::new();
            server.flags = flags(server.folder.path(), server.port);
            if server.start_again() {
                return Arc::new(server);
            }
        }
        panic!("redis-server does not start; is it installed? (make test installs it)");
    }

    /// One that only has its address yet.
    pub fn later() -> Arc<Self> {
        Arc::new(Self::new())
    }

    fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("hubbub-redis-").tempdir().unwrap();
        Self { port: free_port(), folder, flags: Vec::new(), process: Mutex::default() }
    }

    /// The one that all tests share, as long as any of them uses it.
    pub fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<RedisServer>> = Mutex::new(Weak::new());
        shared(&SHARED, Self::start)
    }

    /// Three of them, in the same way.
    pub fn shared_three() -> Arc<[Arc<Self>; 3]> {
        static SHARED: Mutex<Weak<[Arc<RedisServer>; 3]>> = Mutex::new(Weak::new());
        shared(&SHARED, || Arc::new([Self::start(), Self::start(), Self::start()]))
    }

    /// The address of this server, for the setting `redis`.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts it on the same port, with the data it had; false: the port is taken.
    pub fn start_again(&self) -> bool {
        let port = self.port.to_string();
        let mut wrapper = Command::new("sh")
            .args(["-c", WRAPPER, "sh", "--port", &port, "--bind", "127.0.0.1", "--save", ""])
            .args(["--appendonly", "yes", "--appendfsync", "no", "--enable-debug-command", "yes"])
            .arg("--dir")
            .arg(self.folder.path())
            .args(&self.flags)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(wrapper.stdout.take().unwrap()).lines().map_while(Result::ok);
        let ready = lines.find(|line| line.contains("Ready to accept connections"));
        // Its lines begin with its process id: `123:M 22 Nov 2026 ...`.
        let pid = ready.as_ref().and_then(|line| line.split(':').next()?.trim().parse().ok());
        // Nobody reads the rest, but a full pipe would stop it.
        std::thread::spawn(move || lines.for_each(drop));
        *self.process.lock().unwrap() = Some(Process { wrapper, pid });
        if pid.is_none() {
            self.stop();
        }
        pid.is_some()
    }

    /// Ends it at once, as a crash would. What it acknowledged is in its file.
    pub fn stop(&self) {
        if let Some(mut process) = self.process.lock().unwrap_or_else(PoisonError::into_inner).take() {
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

    fn signal(&self, signal: &str) {
        let pid = self.process.lock().unwrap().as_ref().and_then(|process| process.pid).unwrap();
        assert!(Command::new("kill").args([signal, &pid.to_string()]).status().unwrap().success());
    }

    /// Gives it one command of an operator.
    pub async fn command(&self, words: &[&str]) {
        self.ask::<redis::Value>(words).await;
    }

    /// Asks it something, as an operator.
    pub async fn ask<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        let client = redis::Client::open(self.url()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let mut command = redis::Cmd::new();
        words.iter().for_each(|word| {
            command.arg(word);
        });
        command.query_async(&mut connection).await.unwrap()
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// What is shared as long as any test uses it, or a new one.
pub fn shared<T: ?Sized>(shared: &Mutex<Weak<T>>, start: impl FnOnce() -> Arc<T>) -> Arc<T> {
    let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let started = start();
        *shared = Arc::downgrade(&started);
        started
    })
}
