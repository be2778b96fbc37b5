//! As much of HTTP as a run needs: one request, one answer, one connection.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The whole answer of a server to one request.
#[derive(Debug)]
pub struct Answer {
    /// The status code of the answer.
    pub status: u16,
    /// The head, below its first line.
    head: String,
    /// The body of the answer, as text.
    pub body: String,
}

impl Answer {
    /// The value of the first header called `name`, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// Reads `path`.
///
/// # Errors
/// There is no answer within the time.
pub async fn get(address: SocketAddr, path: &str, within: Duration) -> Result<Answer> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    exchange(address, &request, within).await
}

/// Sends a form, with the session cookie if there is one.
///
/// # Errors
/// There is no answer within the time.
pub async fn post(
    address: SocketAddr,
    path: &str,
    form: &str,
    cookie: Option<&str>,
    within: Duration,
) -> Result<Answer> {
    let cookie = cookie.map(|cookie| format!("Cookie: {cookie}\r\n")).unwrap_or_default();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAccept: application/json\r\n{cookie}\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    exchange(address, &request, within).await
}

async fn exchange(address: SocketAddr, request: &str, within: Duration) -> Result<Answer> {
    let exchanged = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await?;
        io::Result::Ok(bytes)
    };
    let bytes = timeout(within, exchanged).await.context("no answer in time")??;
    parse(&String::from_utf8(bytes)?)
}

fn parse(text: &str) -> Result<Answer> {
    let (head, body) = text.split_once("\r\n\r\n").context("the answer was cut")?;
    let (first, head) = head.split_once("\r\n").unwrap_or((head, ""));
    let status = first.split(' ').nth(1).and_then(|status| status.parse().ok()).context("not HTTP")?;
    let answer = Answer { status, head: head.to_owned(), body: body.to_owned() };
    ensure!(answer.header("transfer-encoding").is_none(), "an answer in chunks is not read here");
    if let Some(length) = answer.header("content-length") {
        ensure!(length.parse() == Ok(body.len()), "the answer was cut");
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_was_cut_is_none() {
        assert_eq!(parse("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").unwrap().body, "ok");
        assert_eq!(parse("HTTP/1.1 503 No\r\n\r\n").unwrap().status, 503);
        for cut in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nok"] {
            assert!(parse(cut).is_err(), "{cut}");
        }
    }

    #[test]
    fn headers_are_found_in_any_case() {
        let answer = parse("HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/\r\n\r\n").unwrap();
        assert_eq!(answer.header("set-cookie"), Some("a=b; Path=/"));
    }
}
