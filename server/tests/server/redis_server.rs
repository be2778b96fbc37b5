//! A real Redis of the tests' own: on a free port, in a folder that goes with it.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tempfile::TempDir;

/// A redis-server that ends when this is dropped.
pub struct RedisServer {
    port: u16,
    folder: TempDir,
    process: Mutex<Option<Child>>,
}

impl RedisServer {
    /// One of its own, for a test that troubles it.
    pub fn start() -> Arc<Self> {
        for _ in 0..10 {
            let server = Self::later();
            if server.start_again() {
                return server;
            }
        }
        panic!("redis-server does not start; is it installed? (make test installs it)");
    }

    /// One that only has its address yet.
    pub fn later() -> Arc<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::Builder::new().prefix("hubbub-redis-").tempdir().unwrap();
        Arc::new(Self { port, folder, process: Mutex::default() })
    }

    /// The one that all tests share, as long as any of them uses it.
    pub fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<RedisServer>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let server = Self::start();
            *shared = Arc::downgrade(&server);
            server
        })
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Starts it on the same port, with the data it had; false: the port is taken.
    pub fn start_again(&self) -> bool {
        let mut child = Command::new("redis-server")
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", ""])
            .args(["--appendonly", "yes", "--appendfsync", "no", "--enable-debug-command", "yes"])
            .arg("--dir")
            .arg(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let is_ready = lines.by_ref().map_while(Result::ok).any(|line| line.contains("Ready to accept connections"));
        // Nobody reads the rest, but a full pipe would stop it.
        std::thread::spawn(move || lines.for_each(drop));
        *self.process.lock().unwrap() = Some(child);
        if !is_ready {
            self.stop();
        }
        is_ready
    }

    /// Ends it at once, as a crash would. What it acknowledged is in its file.
    pub fn stop(&self) {
        if let Some(mut child) = self.process.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = child.kill();
            let _ = child.wait();
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
        let pid = self.process.lock().unwrap().as_ref().unwrap().id();
        assert!(Command::new("kill").args([signal, &pid.to_string()]).status().unwrap().success());
    }

    /// Gives it one command of an operator.
    pub async fn command(&self, words: &[&str]) {
        let client = redis::Client::open(self.url()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        let mut command = redis::Cmd::new();
        words.iter().for_each(|word| {
            command.arg(word);
        });
        command.exec_async(&mut connection).await.unwrap();
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
    }
}
