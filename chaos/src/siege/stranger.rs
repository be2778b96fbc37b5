//! Somebody from an address of their own, who sends whatever they like over HTTP.
//!
//! Knows bytes, cookies and nothing else: an attack writes heads
//! that no client would.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

/// Only a failure waits for this: somewhat longer than the server's own patience.
const PATIENCE: Duration = Duration::from_secs(40);
const FORM: &str = "application/x-www-form-urlencoded";
/// The most that is read of one answer.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// What a server answered to one request of a stranger.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// The head, below its first line.
    head: String,
    /// The body, without the lengths of chunks.
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// All values of the headers called `name`, in any case.
    pub(super) fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let pairs = self.head.lines().filter_map(|line| line.split_once(':'));
        pairs.filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// The value of the first header called `name`; empty without one.
    pub(super) fn header(&self, name: &str) -> &str {
        self.head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map_or("", |(_, value)| value.trim())
    }

    /// The body as a text.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Whether it is a 2xx.
    pub(super) fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Somebody. What the server gives them as cookies they bring along.
#[derive(Clone, Debug)]
pub(super) struct Stranger {
    pub(super) node: SocketAddr,
    pub(super) from: Ipv4Addr,
    cookies: Vec<(String, String)>,
    /// Lines added to the head of every request.
    pub(super) headers: Vec<String>,
}

impl Stranger {
    /// Somebody new at one of this machine's own addresses.
    pub(super) fn new(node: SocketAddr, from: Ipv4Addr) -> Self {
        Self { node, from, cookies: Vec::new(), headers: Vec::new() }
    }

    /// The same with a line in the head of every request.
    pub(super) fn with(mut self, header: &str) -> Self {
        self.headers.push(header.to_owned());
        self
    }

    /// The same person from another address, or on another node.
    pub(super) fn moved(&self, node: SocketAddr, from: Ipv4Addr) -> Self {
        Self { node, from, ..self.clone() }
    }

    /// Throws the cookies away: somebody new at the same address.
    pub(super) fn forget(&mut self) {
        self.cookies.clear();
    }

    /// The value of the header `Cookie`; empty without any.
    pub(super) fn cookie(&self) -> String {
        let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    /// Gets a session, as a browser does by its first request.
    pub(super) async fn arrive(&mut self) -> Result<()> {
        let answer = self.form("/api/viewer", "").await?;
        if !answer.is_ok() || self.cookies.is_empty() {
            bail!("no session: {} {}", answer.status, answer.text());
        }
        Ok(())
    }

    pub(super) async fn get(&mut self, path: &str) -> Result<Answer> {
        self.send("GET", path, &[], b"").await
    }

    /// Sends a form as a program does.
    pub(super) async fn form(&mut self, path: &str, form: &str) -> Result<Answer> {
        let headers = [format!("Content-Type: {FORM}"), "Accept: application/json".into()];
        self.send("POST", path, &headers, form.as_bytes()).await
    }

    /// Sends a form as a page without scripts does.
    pub(super) async fn plain_form(&mut self, path: &str, form: &str, headers: &[String]) -> Result<Answer> {
        let mut all = vec![format!("Content-Type: {FORM}"), "Accept: text/html".into()];
        all.extend_from_slice(headers);
        self.send("POST", path, &all, form.as_bytes()).await
    }

    /// Sends a file as a body.
    pub(super) async fn upload(&mut self, path: &str, body: &[u8]) -> Result<Answer> {
        let headers = ["Content-Type: application/octet-stream".into(), "Accept: application/json".into()];
        self.send("POST", path, &headers, body).await
    }

    /// Sends a request with this person's cookies, and keeps those that come back.
    pub(super) async fn send(&mut self, method: &str, path: &str, headers: &[String], body: &[u8]) -> Result<Answer> {
        let mut head = format!("{method} {path} HTTP/1.1\r\n");
        let own = headers.iter().chain(&self.headers);
        if !own.clone().any(|line| line.to_ascii_lowercase().starts_with("host:")) {
            head += &format!("Host: {}\r\n", self.node);
        }
        own.for_each(|line| head += &format!("{line}\r\n"));
        if !self.cookies.is_empty() {
            head += &format!("Cookie: {}\r\n", self.cookie());
        }
        head += &format!("Connection: close\r\nContent-Length: {}\r\n\r\n", body.len());
        let answer = self.raw(&[head.as_bytes(), body].concat()).await?;
        answer.headers("set-cookie").for_each(|line| {
            let pair = line.split(';').next().and_then(|pair| pair.split_once('='));
            if let Some((name, value)) = pair {
                self.cookies.retain(|(known, _)| known != name);
                if !value.is_empty() {
                    self.cookies.push((name.to_owned(), value.to_owned()));
                }
            }
        });
        Ok(answer)
    }

    /// Sends these bytes and reads until the server ends the connection.
    pub(super) async fn raw(&self, request: &[u8]) -> Result<Answer> {
        let exchanged = async {
            let (mut read, mut write) = self.connect().await?.into_split();
            let mut bytes = Vec::new();
            let sending = async {
                // A server may answer, and end, before it has read everything.
                let _ = write.write_all(request).await;
            };
            let mut limited = (&mut read).take(MOST_BYTES);
            let (_, reading) = tokio::join!(sending, limited.read_to_end(&mut bytes));
            if bytes.is_empty() {
                reading?;
            }
            anyhow::Ok(bytes)
        };
        parse(&timeout(PATIENCE, exchanged).await.context("no answer in time")??)
    }

    /// A connection from this person's address.
    pub(super) async fn connect(&self) -> Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((self.from, 0).into())?;
        let stream = socket.connect(self.node).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

fn parse(bytes: &[u8]) -> Result<Answer> {
    let at = bytes.windows(4).position(|four| four == b"\r\n\r\n").context("the answer was cut")?;
    let head = String::from_utf8_lossy(&bytes[..at]).into_owned();
    let body = &bytes[at + 4..];
    let (first, head) = head.split_once("\r\n").unwrap_or((&head, ""));
    let status = first.split(' ').nth(1).and_then(|status| status.parse().ok()).context("not HTTP")?;
    let mut answer = Answer { status, head: head.to_owned(), body: body.to_vec() };
    if answer.header("transfer-encoding").eq_ignore_ascii_case("chunked") {
        answer.body = join_chunks(body);
    }
    Ok(answer)
}

/// What is in chunks, as far as they came.
fn join_chunks(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(at) = rest.windows(2).position(|two| two == b"\r\n") {
        let length = std::str::from_utf8(&rest[..at]).ok().and_then(|hex| usize::from_str_radix(hex.trim(), 16).ok());
        let Some(chunk) = length.filter(|length| *length > 0).and_then(|length| rest.get(at + 2..at + 2 + length))
        else {
            break;
        };
        body.extend_from_slice(chunk);
        rest = rest.get(at + 4 + chunk.len()..).unwrap_or_default();
    }
    body
}

/// A text as the value of a form field.
pub(super) fn escape(text: &str) -> String {
    let spell = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(spell).collect()
}

/// An address of this machine for the `number`th somebody: each has a network of its own.
pub(super) fn home(number: usize) -> Ipv4Addr {
    let part = |shift: u32| u8::try_from((number >> shift) & 0x7f).unwrap_or_default();
    Ipv4Addr::new(127, 1 + part(14), part(7), 1 + part(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_joined_and_headers_found() {
        let answer =
            parse(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n");
        let answer = answer.unwrap();
        assert_eq!((answer.status, answer.text().as_str(), answer.header("a")), (200, "abcd", "b"));
        assert!(parse(b"HTTP/1.1 200 OK\r\n").is_err());
    }

    #[test]
    fn every_home_is_another_one() {
        let homes: std::collections::HashSet<_> = (0..100_000).map(home).collect();
        assert_eq!(homes.len(), 100_000);
        assert!(homes.iter().all(Ipv4Addr::is_loopback));
    }
}
