//! What strangers do with WebSockets: open all that an address may have, begin a message and
//! never end it, send without reading.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::SinkExt;
use server::session::guest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message as Raw};

use crate::node::TestNode;
use crate::polling::PATIENCE;
use crate::raw_http::{connect_from, read_answer};
use crate::visitor::Visitor;

/// The cookie of somebody new, from so long ago.
fn session(node: &TestNode, ago: Duration) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    format!("hubbub={}", node.node().sessions.token_of(&guest(), (now - ago).as_secs()))
}

/// A session that does not count as new: an hour old.
fn old_session(node: &TestNode) -> String {
    session(node, Duration::from_secs(60 * 60))
}

async fn open(node: &TestNode, cookie: &str) -> Result<Visitor, Error> {
    Visitor::with(node, &[("cookie", cookie)]).await
}

fn is_too_many(answer: &Result<Visitor, Error>) -> bool {
    matches!(answer, Err(Error::Http(answer)) if answer.status() == 429 && answer.headers().contains_key("retry-after"))
}

/// Opens as many as one address gets, each with the cookie that is given for it.
async fn flood(node: &TestNode, cookie: impl Fn() -> String) -> Vec<Visitor> {
    let mut opened = Vec::new();
    for _ in 0..100 {
        match open(node, &cookie()).await {
            Ok(visitor) => opened.push(visitor),
            refused => assert!(is_too_many(&refused), "{:?}", refused.err()),
        }
    }
    opened
}

async fn the_school_comes_in(node: &TestNode) {
    let mut stream = connect_from(1, node.address).await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    assert_eq!(read_answer(&mut stream).await.status, 200, "a page");
    let mut classmate = open(node, &old_session(node)).await.expect("a socket of somebody else");
    classmate.join("room1", None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_session_has_a_share_of_its_schools_connections() {
    let node = TestNode::embedded(&["--connections-per-address", "100"]).await;
    let cookie = old_session(&node);
    let mut opened = flood(&node, || cookie.clone()).await;
    assert!((4..20).contains(&opened.len()), "{} of a hundred", opened.len());
    the_school_comes_in(&node).await;
    opened.pop().unwrap().leave().await;
    let again = crate::polling::poll_until(PATIENCE, async || open(&node, &cookie).await.ok()).await;
    assert!(again.is_some(), "a place that was left is free again");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_makes_a_session_for_each_socket_leaves_places_to_those_who_were_there_before() {
    let node = TestNode::embedded(&["--connections-per-address", "100"]).await;
    let opened = flood(&node, || session(&node, Duration::ZERO)).await;
    assert!((60..90).contains(&opened.len()), "{} of a hundred: a class is new at nine, too", opened.len());
    the_school_comes_in(&node).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_never_ends_ends_the_connection() {
    let node = TestNode::embedded(&["--header-seconds", "0.5"]).await;
    let mut begins = Visitor::in_room(&node, "room1").await;
    let first = Frame::message("a".repeat(60_000), OpCode::Data(Data::Text), false);
    begins.socket().send(Raw::Frame(first)).await.unwrap();
    let (mut calm, text) = (Visitor::in_room(&node, "room1").await, r#"{"type":"ping"}"#);
    let half = Frame::message(text[..5].to_owned(), OpCode::Data(Data::Text), false);
    let rest = Frame::message(text[5..].to_owned(), OpCode::Data(Data::Continue), true);
    let mut tick = tokio::time::interval(Duration::from_millis(100));
    for _ in 0..15 {
        tick.tick().await;
        // What it says in between is no part of the message.
        let _ = begins.socket().send(Raw::Pong("".into())).await;
        for part in [half.clone(), rest.clone()] {
            calm.socket().send(Raw::Frame(part)).await.expect("who ends each message stays");
        }
    }
    assert_eq!(begins.is_closed().await, 4004);
    calm.say("m", "still here").await;
    node.stop().await;
}

/// A WebSocket whose system takes little, in the room.
async fn deaf(node: &TestNode) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(node.address).await.unwrap();
    let head = "GET /ws?v=1 HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
                sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    assert!(stream.read(&mut [0; 1024]).await.unwrap() > 0);
    stream.write_all(&frame(r#"{"type":"join","payload":{"roomId":"room1"}}"#)).await.unwrap();
    stream
}

/// As a client sends it: masked, with a mask that changes nothing.
fn frame(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).unwrap();
    assert!(length < 126);
    [&[0x81, 0x80 | length, 0, 0, 0, 0], text.as_bytes()].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_talks_and_reads_nothing_is_let_go() {
    let flags = ["--write-seconds", "1", "--ping-seconds", "0.5", "--outbox-bytes", "100000000"];
    let node = TestNode::embedded(&[&flags[..], &["--rate-limit", "off", "--grace-seconds", "0.2"]].concat()).await;
    let mut ana = Visitor::in_room(&node, "room1").await;
    let mut deaf = deaf(&node).await;
    ana.sees(|presence| !presence.joined.is_empty()).await;
    let talking = tokio::spawn(async move {
        let mut tick = tokio::time::interval(Duration::from_millis(50));
        while deaf.write_all(&frame(r#"{"type":"leave","payload":{"roomId":"elsewhere"}}"#)).await.is_ok() {
            tick.tick().await;
        }
    });
    for number in 0..300 {
        ana.say(&format!("m{number}"), &"a".repeat(4000)).await;
    }
    tokio::time::timeout(PATIENCE, talking).await.expect("it is kept").unwrap();
    ana.sees(|presence| !presence.left.is_empty()).await;
    node.stop().await;
}
