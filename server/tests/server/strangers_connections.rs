//! What strangers do with connections: open many, send nothing, read nothing.
//! Each address from 127.0.0.1 on is another stranger.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use futures::future::join_all;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio_tungstenite::tungstenite::Error;

use crate::node::TestNode;
use crate::polling::{PATIENCE, poll_until};
use crate::raw_http::{Answer, connect_from, read_answer};
use crate::visitor::Visitor;

const LARGE: &str = "large.bin";

/// Asks as 127.0.0.`number`, on a connection of its own.
async fn ask_from(number: u8, to: SocketAddr, path: &str) -> Answer {
    let mut stream = connect_from(number, to).await;
    let request = format!("GET {path} HTTP/1.1\r\nhost: {to}\r\nconnection: close\r\n\r\n");
    let _ = stream.write_all(request.as_bytes()).await;
    read_answer(&mut stream).await
}

async fn status_from(number: u8, to: SocketAddr, path: &str) -> u16 {
    ask_from(number, to, path).await.status
}

/// A client that requests a large file and reads nothing of it.
async fn slow_reader(number: u8, to: SocketAddr) -> TcpStream {
    let mut stream = connect_from(number, to).await;
    let request = format!("GET /{LARGE} HTTP/1.1\r\nhost: {to}\r\n\r\n");
    let _ = stream.write_all(request.as_bytes()).await;
    stream
}

async fn ends(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut all)).await.expect("it is still open");
    String::from_utf8_lossy(&all).into_owned()
}

/// Asks again until the answer has this status; `within` is for a failure.
async fn becomes(wanted: u16, number: u8, to: SocketAddr, path: &str) {
    let asked = poll_until(PATIENCE, async || (status_from(number, to, path).await == wanted).then_some(())).await;
    asked.unwrap_or_else(|| panic!("{path} from 127.0.0.{number} never became {wanted}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_has_its_connections_and_the_others_theirs() {
    let node = TestNode::embedded(&["--connections-per-address", "3"]).await;
    let silent = join_all((0..3).map(|_| connect_from(2, node.address))).await;
    becomes(429, 2, node.address, "/healthz").await;
    let refused = ask_from(2, node.address, "/healthz").await;
    assert!(refused.body.contains("too many connections from this address"), "{refused:?}");
    assert_eq!(status_from(1, node.address, "/healthz").await, 200, "somebody else");
    drop(silent);
    becomes(200, 2, node.address, "/healthz").await;
    assert!(node.figures().await.contains(r#"hubbub_turned_away_total{full="address"}"#));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_trusted_proxy_each_client_has_its_own() {
    let flags = ["--trusted-proxies", "127.0.0.1", "--connections-per-address", "2"];
    let node = TestNode::embedded(&flags).await;
    let lines = join_all((0..5).map(|_| connect_from(1, node.address))).await;
    let from = async |client: &str| Visitor::with(&node, &[("x-forwarded-for", client)]).await;
    let (_one, two) = (from("198.51.100.7").await.unwrap(), from("198.51.100.7:4711").await.unwrap());
    match from("198.51.100.7").await {
        Err(Error::Http(answer)) => assert_eq!(answer.status(), 429),
        other => panic!("{:?}", other.map(|_| "a socket")),
    }
    assert!(from("198.51.100.8").await.is_ok(), "another client");
    two.leave().await;
    let again = poll_until(PATIENCE, async || from("198.51.100.7").await.ok()).await;
    assert!(again.is_some(), "a place that was left is free again");
    drop(lines);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_nothing_or_half_of_it_is_let_go() {
    let node = TestNode::embedded(&["--header-seconds", "0.5", "--answer-seconds", "0.5"]).await;
    let host = format!("host: {}\r\n", node.address);
    for begun in [String::new(), "GET / HT".into(), format!("GET /healthz HTTP/1.1\r\n{host}\r\n")] {
        let mut stream = connect_from(2, node.address).await;
        stream.write_all(begun.as_bytes()).await.unwrap();
        ends(&mut stream).await;
    }
    for path in ["/api/say", "/api/import-quiz", "/api/picture", "/nowhere", "/"] {
        let mut stream = connect_from(2, node.address).await;
        let head = format!("POST {path} HTTP/1.1\r\n{host}content-length: 1000\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let (mut read, mut write) = stream.into_split();
        let dribble = tokio::spawn(async move {
            let mut tick = tokio::time::interval(Duration::from_millis(50));
            while write.write_all(b"a").await.is_ok() {
                tick.tick().await;
            }
        });
        let mut answer = Vec::new();
        let _ = tokio::time::timeout(PATIENCE, read.read_to_end(&mut answer)).await.expect("it is still open");
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{path}: {answer}");
        tokio::time::timeout(PATIENCE, dribble).await.expect("more is still taken").unwrap();
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_nothing_is_let_go() {
    let node = TestNode::embedded(&["--connections-per-address", "1", "--write-seconds", "1"]).await;
    node.put_large_file(LARGE);
    let slow = slow_reader(2, node.address).await;
    becomes(429, 2, node.address, "/healthz").await;
    becomes(200, 2, node.address, "/healthz").await;
    drop(slow);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_node_who_has_most_gives_way_to_who_has_nothing() {
    let node = TestNode::embedded(&["--connections", "4"]).await;
    node.put_large_file(LARGE);
    let slow = join_all([2, 2, 3, 3].map(|number| slow_reader(number, node.address))).await;
    for (number, path) in [(4, "/healthz"), (5, "/"), (6, "/robots.txt")] {
        assert_eq!(status_from(number, node.address, path).await, 200, "{path}");
    }
    drop(slow);
    node.stop().await;

    let node = TestNode::embedded(&["--connections", "4"]).await;
    let one_each = join_all([2, 3, 4, 5].map(|number| connect_from(number, node.address))).await;
    becomes(503, 1, node.address, "/healthz").await;
    drop(one_each);
    becomes(200, 1, node.address, "/healthz").await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_reads_slowly_is_the_outboxs_matter() {
    let node = TestNode::embedded(&["--write-seconds", "0.2", "--rate-limit", "off"]).await;
    let mut ana = Visitor::in_room(&node, "room1").await;
    let mut tick = tokio::time::interval(Duration::from_millis(100));
    for number in 0..5 {
        tick.tick().await;
        ana.say(&format!("m{number}"), "still here").await;
    }
    node.stop().await;
}

/// The program itself, with a limit of open files of its own.
struct Program {
    address: SocketAddr,
    child: Child,
    log: tokio::task::JoinHandle<String>,
    _folder: TempDir,
}

impl Program {
    async fn start(limits: &str, flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("site/pkg")).unwrap();
        std::fs::write(folder.path().join("site").join(LARGE), vec![0; 16 << 20]).unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{limits} && exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_hubbub")]);
        command.args(["--listen", "127.0.0.1:0", "--metrics-listen", "off"]).args(flags);
        command.arg("--data-dir").arg(folder.path().join("data")).arg("--site-dir").arg(folder.path().join("site"));
        command.env("NO_COLOR", "1");
        let mut child = command.stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut log = String::new();
        let address = loop {
            let line = lines.next_line().await.unwrap().unwrap_or_else(|| panic!("it ended:\n{log}"));
            log += &line;
            log += "\n";
            if let Some((_, rest)) = line.split_once("serves http://") {
                break rest.split_whitespace().next().unwrap().parse().unwrap();
            }
        };
        let log = tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                log += &line;
                log += "\n";
            }
            log
        });
        Self { address, child, log, _folder: folder }
    }

    /// Ends the program; returns all that it logged.
    async fn end(mut self) -> String {
        self.child.kill().await.unwrap();
        self.log.await.unwrap()
    }
}

/// 769 slow readers once locked a node with 1,024 files for good.
#[tokio::test(flavor = "multi_thread")]
async fn no_number_of_slow_readers_locks_everybody_out() {
    let program = Program::start("ulimit -n 256", &[]).await;
    let to = program.address;
    let one_address = join_all((0..250).map(|_| slow_reader(2, to))).await;
    for path in ["/healthz", "/readyz", "/", "/nowhere"] {
        assert!([200, 404].contains(&status_from(1, to, path).await), "{path} beside one address");
    }
    let many = join_all((3..13).flat_map(|number| (0..40).map(move |_| slow_reader(number, to)))).await;
    for path in ["/readyz", "/"] {
        assert_eq!(status_from(1, to, path).await, 200, "{path} beside many addresses");
    }
    drop((one_address, many));
    let log = program.end().await;
    assert!(log.contains("so it takes 192 connections and not 100000"), "{log}");
    assert!(!log.contains("could not be taken"), "the system had files left for everything:\n{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_of_open_files_is_raised_at_the_start() {
    let program = Program::start("ulimit -Sn 256 && ulimit -Hn 4096", &["--connections", "2000"]).await;
    let id = program.child.id().unwrap();
    let limits = std::fs::read_to_string(format!("/proc/{id}/limits")).unwrap();
    let files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    assert_eq!(files.split_whitespace().nth(3), Some("4096"), "{files}");
    let log = program.end().await;
    assert!(!log.contains("raise its limit"), "{log}");
}
