//! Strangers who wait, at the address of a school: for bodies that they do not
//! send, for the answers to PINs that they guess. Nobody else waits with them.

use std::time::{Duration, Instant};

use futures::future::join_all;
use reqwest::Client;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::node::TestNode;
use crate::polling::PATIENCE;
use crate::raw_http::connect_from;

/// How many strangers there are. Eight requests of one address run at a time: a page that had to take its turn among
/// these, each of whom waits for a second or longer, would wait for most of a minute.
const STRANGERS: usize = 300;
/// The longest time for a page and a call. The delay is what these tests are about, so they read the clock; this is
/// far more than both take on a busy machine, and far less than a turn among the strangers.
const SOON: Duration = PATIENCE;
/// Wrong PINs in a minute that are not delayed.
const FREE: usize = 60;
/// A PIN that no game has.
const WRONG: &str = "012345";

/// A page and a call of the school, and how long they took.
async fn looks_and_calls(node: &TestNode) -> Duration {
    let asked = Instant::now();
    let page = Client::new().get(node.url("/")).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let call = Client::new().post(node.url("/api/viewer")).body("a=b").send().await.unwrap();
    assert_eq!(call.status(), 200);
    asked.elapsed()
}

/// Begins a call whose body does not come.
async fn says_half(node: &TestNode, path: &str) -> TcpStream {
    let mut stream = connect_from(1, node.address).await;
    let head = format!("POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Length: 1000\r\n\r\nroom=", node.address);
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_do_not_come_keep_no_page_waiting() {
    let node = TestNode::embedded(&[]).await;
    for path in ["/api/viewer", "/api/save-quiz", "/api/nothing"] {
        let slow = join_all((0..STRANGERS).map(|_| says_half(&node, path))).await;
        let took = looks_and_calls(&node).await;
        assert!(took < SOON, "{path}: {took:?}");
        drop(slow);
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_pins_by_page_keeps_no_page_waiting() {
    let node = TestNode::embedded(&[]).await;
    let client = Client::new();
    let guess = |way: usize| {
        let form = |call: &str| {
            let request = client.post(node.url(&format!("/api/{call}"))).body(format!("pin={WRONG}"));
            request.header("content-type", "application/x-www-form-urlencoded")
        };
        let request = match way % 4 {
            0 => client.get(node.url(&format!("/play/{WRONG}"))),
            1 => client.get(node.url(&format!("/host/{WRONG}"))),
            2 => form("enter-game"),
            _ => form("class-chat"),
        };
        async move { request.send().await.map(|answer| answer.status()) }
    };
    join_all((0..FREE).map(guess)).await;
    let waiting = Instant::now();
    assert!(guess(0).await.is_ok() && waiting.elapsed() >= Duration::from_secs(1), "a guess waits");
    let mut guessing: JoinSet<_> = (0..STRANGERS).map(guess).collect();
    // With the first answer, guesses have come.
    guessing.join_next().await.unwrap().unwrap().unwrap();
    let took = looks_and_calls(&node).await;
    assert!(took < SOON, "{took:?}");
    node.stop().await;
}
