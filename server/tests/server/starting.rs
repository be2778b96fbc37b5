//! How the program starts, and what it logs for its operator.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use clap::CommandFactory;
use server::config::Config;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};
use tokio::time::timeout;

use crate::polling::PATIENCE;
use crate::raw_http::send;

/// The program, as far as it came.
struct Started {
    /// The address that it serves on; `None`: it has ended.
    address: Option<SocketAddr>,
    /// Its output until then.
    said: String,
    lines: Lines<BufReader<ChildStderr>>,
    _child: Child,
    _folder: TempDir,
}

impl Started {
    async fn with(flags: &[&str], empty: &[String]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("site/pkg")).unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let mut command = Command::new(env!("CARGO_BIN_EXE_hubbub"));
        command.args(["--data-dir", &path("data"), "--site-dir", &path("site")]).args(flags);
        command.envs(empty.iter().map(|name| (name, ""))).stderr(Stdio::piped()).kill_on_drop(true);
        if !flags.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (mut said, mut address) = (String::new(), None);
        while let Some(line) = timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap() {
            said += &line;
            said.push('\n');
            if let Some((_, rest)) = line.split_once("serves http://") {
                address = rest.split_whitespace().next().and_then(|address| address.parse().ok());
                break;
            }
        }
        Self { address, said, lines, _child: child, _folder: folder }
    }

    /// The next line of output that contains a text.
    async fn says(&mut self, what: &str) -> String {
        loop {
            let line = timeout(PATIENCE, self.lines.next_line()).await.unwrap().unwrap().expect("it has ended");
            if line.contains(what) {
                return line;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_variable_is_none() {
    let command = Config::command();
    let names = command.get_arguments().filter_map(|arg| Some(arg.get_env()?.to_str()?.to_owned()));
    let names: Vec<_> = names.collect();
    assert!(names.len() > 40, "{names:?}");
    let started = Started::with(&[], &names).await;
    assert!(started.address.is_some(), "{}", started.said);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_start_warns_of_what_was_hardly_meant() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("session.key");
    std::fs::write(&key, "a secret of thirty-two characters or more\n").unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let file = key.to_str().unwrap();
    let flags = ["--session-key-file", file, "--trusted-proxies", "0.0.0.0/0,10.0.0.1,::/0"];
    let started = Started::with(&flags, &[]).await;
    for warning in [&format!("{file} (--session-key-file)"), "--trusted-proxies 0.0.0.0/0", "--trusted-proxies ::/0"] {
        assert!(started.said.contains(warning), "{warning}: {}", started.said);
    }
    assert!(started.address.is_some() && !started.said.contains("thirty-two") && !started.said.contains("10.0.0.1"));
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    let started = Started::with(&flags[..2], &[]).await;
    assert!(started.address.is_some() && !started.said.contains("chmod 600"), "{}", started.said);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_port_for_pages_and_figures_is_refused_with_both_flags() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let started = Started::with(&["--listen", &address, "--metrics-listen", &address], &[]).await;
    assert_eq!(started.address, None);
    let both = format!("--listen {address} and --metrics-listen {address}");
    assert!(started.said.contains(&both), "{}", started.said);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_not_let_in_is_in_the_log_once_with_the_flag_that_helps() {
    let mut started = Started::with(&[], &[]).await;
    let address = started.address.unwrap();
    let ask = async |host: &str, origin: &str| {
        let head = format!("POST /api/viewer HTTP/1.1\r\nhost: {host}\r\norigin: {origin}\r\ncontent-length: 0\r\n");
        send(address, format!("{head}connection: close\r\n\r\n")).await.status
    };
    for _ in 0..3 {
        assert_eq!(ask("hub.example", "https://hub.example:8443").await, 403);
    }
    assert_eq!(ask("other.example", "https://hub.example").await, 403);
    let line = started.says("hub.example").await;
    assert!(line.contains("https://hub.example:8443 was not let in, which asked for hub.example"), "{line}");
    assert!(line.contains("--allowed-origins https://hub.example:8443"), "{line}");
    let line = started.says("hub.example").await;
    assert!(line.contains("other.example"), "each is said idempotency: {line}");
}
