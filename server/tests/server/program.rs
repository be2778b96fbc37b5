//! The program itself in a process of its own, as an operator starts it, and the memory and
//! processor time that it takes.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, StatusCode};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::polling::{PATIENCE, poll_until};
use crate::raw_http::connect_from;

/// A node of its own.
pub struct Program {
    address: SocketAddr,
    child: Child,
    _folder: TempDir,
}

impl Program {
    /// Starts it with a data folder of its own.
    pub async fn start(flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("site/pkg")).unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let mut command = Command::new(env!("CARGO_BIN_EXE_hubbub"));
        command.args(["--listen", "127.0.0.1:0", "--data-dir", &path("data"), "--site-dir", &path("site")]);
        command.args(flags).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = loop {
            let line = timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().expect("it has ended");
            if let Some((_, address)) = line.split_once("serves http://") {
                break address.split_whitespace().next().unwrap().parse().unwrap();
            }
        };
        // Whatever else it says must not fill the pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { address, child, _folder: folder }
    }

    /// The address that the program serves on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// An address on it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends a body and returns the answer.
    pub async fn send(&self, path: &str, body: Vec<u8>) -> (StatusCode, String) {
        self.sends(path, body).await
    }

    /// The same, for a task of its own.
    pub fn sends(&self, path: &str, body: Vec<u8>) -> impl Future<Output = (StatusCode, String)> + Send + 'static {
        let request = self.request(path, body);
        async move {
            let answer = request.send().await.unwrap();
            (answer.status(), answer.text().await.unwrap())
        }
    }

    /// A body, ready to be sent.
    pub fn request(&self, path: &str, body: Vec<u8>) -> RequestBuilder {
        Client::new().post(self.url(path)).body(body)
    }

    /// Begins to send a body that does not come, from 127.0.0.`number`.
    pub async fn sends_without_end(&self, number: u8, path: &str) -> TcpStream {
        let mut stream = connect_from(number, self.address).await;
        let head = format!("POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Length: 1000000\r\n\r\nQuestion", self.address);
        stream.write_all(head.as_bytes()).await.unwrap();
        stream
    }

    fn id(&self) -> u32 {
        self.child.id().expect("it has ended")
    }

    /// Bytes of memory, now or at the most since the last reset.
    fn memory(&self, field: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(field)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }

    /// Resets the peak of memory; returns the bytes in use.
    pub fn reset_peak(&self) -> u64 {
        std::fs::write(format!("/proc/{}/clear_refs", self.id()), "5").unwrap();
        self.memory("VmRSS")
    }

    /// The peak of memory since then, in bytes.
    pub fn peak(&self) -> u64 {
        self.memory("VmHWM")
    }

    /// The processor time of all its threads.
    pub fn busy(&self) -> Duration {
        const TICKS_A_SECOND: u64 = 100;
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.id())).unwrap();
        let (_, fields) = stat.rsplit_once(") ").unwrap();
        let ticks: u64 = fields.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum();
        Duration::from_millis(ticks * 1000 / TICKS_A_SECOND)
    }

    /// Waits until it works.
    pub async fn is_busy(&self) {
        let before = self.busy();
        let busy = async || (self.busy() > before + Duration::from_millis(200)).then_some(());
        poll_until(PATIENCE, busy).await.expect("it does nothing");
    }

    /// Tells it to end; whether it did so within that time.
    pub async fn ends_within(&mut self, time: Duration) -> bool {
        let id = Pid::from_raw(self.id().cast_signed()).unwrap();
        kill_process(id, Signal::TERM).unwrap();
        timeout(time, self.child.wait()).await.is_ok()
    }

    /// Ends the program and waits for it.
    pub async fn end(mut self) {
        assert!(self.ends_within(PATIENCE).await);
    }
}
