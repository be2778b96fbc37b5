//! Requests as no client library would send them: bytes, over one connection each.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

/// Longer than anything here takes on a busy machine; only a failure waits for it.
const PATIENCE: Duration = Duration::from_secs(45);

/// An answer, as it came.
#[derive(Debug)]
pub struct Answer {
    /// 0 when the connection ended without one.
    pub status: u16,
    head: String,
    /// The body, chunks and all.
    pub body: String,
}

impl Answer {
    /// The value of the first header of that name, written in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// Sends these bytes and reads until the server closes.
pub async fn send(to: SocketAddr, request: impl AsRef<[u8]>) -> Answer {
    let mut stream = connect_from(1, to).await;
    // The server may have answered, and closed, before it has read everything.
    let request = request.as_ref();
    let _ = stream.write_all(request).await;
    let first = String::from_utf8_lossy(&request[..request.len().min(300)]).into_owned();
    read_answer_to(&first, &mut stream).await
}

/// Reads until the other side closes.
pub async fn read_answer(stream: &mut TcpStream) -> Answer {
    read_answer_to("a request", stream).await
}

async fn read_answer_to(request: &str, stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    // A reset after the answer is an end like any other.
    let ended = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let _ = ended.unwrap_or_else(|_| panic!("{request}\ndid not end in time, after:\n{text:.1000}"));
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

/// A connection from 127.0.0.`number`: each number is another stranger.
pub async fn connect_from(number: u8, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, number)), 0)).unwrap();
    timeout(PATIENCE, socket.connect(to)).await.expect("no connection in time").unwrap()
}
