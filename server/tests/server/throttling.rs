//! What one person and one address may do, however they go about it.

use std::time::{Duration, Instant};

use futures::{SinkExt, StreamExt};
use protocol::{ClientMessage, ErrorCode, Position, RoomId, limits};
use reqwest::{Client, StatusCode};
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Bytes, Error, Message as Raw};

use crate::browser::Browser;
use crate::node::TestNode;
use crate::redis_server::RedisServer;
use crate::visitor::Visitor;

/// A limit with hardly any refill while a test runs.
const TWENTY: [&str; 2] = ["--rate-limit", "20/1"];

/// A session cookie, as a browser gets it with its first request.
async fn cookie_of(node: &TestNode) -> String {
    let answer = Client::new().post(node.url("/api/viewer")).send().await.unwrap();
    answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
}

/// Tries to post ten messages over a connection of its own; returns how many passed.
async fn says_and_goes(node: &TestNode, cookie: &str, run: usize) -> usize {
    let mut visitor = Visitor::with(node, &[("cookie", cookie)]).await.unwrap();
    visitor.join("hall", None).await;
    let mut said = 0;
    for number in 0..10 {
        match visitor.try_say(&format!("m{run}-{number}"), "again").await {
            Ok(_) => said += 1,
            Err(refusal) => assert_eq!(refusal.code, ErrorCode::RateLimited),
        }
    }
    visitor.leave().await;
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_again_and_again_to_any_node_may_say_no_more() {
    let redis = RedisServer::start();
    let nodes = [TestNode::with_redis(&redis.url(), &TWENTY).await, TestNode::with_redis(&redis.url(), &TWENTY).await];
    let cookie = cookie_of(&nodes[0]).await;
    let mut said = 0;
    for run in 0..12 {
        said += says_and_goes(&nodes[run % 2], &cookie, run).await;
    }
    // A burst, and one more for the other node until the two have told each other.
    assert!((20..=40).contains(&said), "{said} of 120");
    for node in nodes {
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_without_cookies_are_one_stranger_after_the_other_at_one_address() {
    let node = TestNode::embedded(&["--rate-limit", "3/1"]).await;
    let client = Client::new();
    let mut statuses = Vec::new();
    for number in 0..100 {
        let form = client.post(node.url("/api/say")).header("content-type", "application/x-www-form-urlencoded");
        statuses.push(form.body(format!("room=hall&id=m{number}&message=again")).send().await.unwrap().status());
    }
    let said = Visitor::at(&node).await.join("hall", None).await.position.offset;
    assert_eq!(said, 60, "twenty times what one person may: {statuses:?}");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_opens_so_many_pages_and_no_more() {
    let node = TestNode::embedded(&["--rate-limit", "1/1"]).await;
    let client = Client::new();
    let mut passed = 0;
    let refused = loop {
        let answer = client.get(node.url("/robots.txt")).send().await.unwrap();
        if answer.status() != StatusCode::OK {
            break answer;
        }
        passed += 1;
    };
    // And three a second while it was tried.
    assert!((200..300).contains(&passed), "{passed}");
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers().contains_key("retry-after"));
    assert!(refused.text().await.unwrap().contains("your network"));
    assert!(matches!(Visitor::with(&node, &[]).await, Err(Error::Http(answer)) if answer.status() == 429));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_on_after_a_refusal_is_answered_ten_times_a_second_and_no_more() {
    let node = TestNode::embedded(&["--rate-limit", "1/1"]).await;
    let client = Client::new();
    let until_refused =
        async || while client.get(node.url("/robots.txt")).send().await.unwrap().status() == StatusCode::OK {};
    until_refused().await;
    let began = Instant::now();
    for _ in 0..5 {
        until_refused().await;
    }
    assert!(began.elapsed() >= 5 * Duration::from_millis(100), "five refusals after {:?}", began.elapsed());
    let refused = client.post(node.url("/api/import-quiz")).body(vec![0; 200_000]).send().await.unwrap().status();
    assert_eq!(refused, StatusCode::TOO_MANY_REQUESTS);
    assert!(began.elapsed() >= 6 * Duration::from_millis(100), "six refusals after {:?}", began.elapsed());
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_sent_too_often_is_answered_as_slowly_and_a_program_reads_when_to_come_again() {
    let node = TestNode::embedded(&TWENTY).await;
    let mut ana = Browser::at(&node).await;
    for number in 0..20 {
        ana.says_by_form("hall", &format!("m{number}"), "again").await;
    }
    let began = Instant::now();
    for number in 20..25 {
        let page = ana.says_by_form("hall", &format!("m{number}"), "again").await.text().await.unwrap();
        assert!(page.contains("a little fast"), "{page}");
    }
    assert!(began.elapsed() >= 5 * Duration::from_millis(100), "five refusals after {:?}", began.elapsed());
    let refused = ana.form("say", &[("room", "hall"), ("id", "last"), ("message", "again")]).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers().contains_key("retry-after"));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_behind_our_proxy_cannot_be_somebody_else() {
    let flags = ["--trusted-proxies", "127.0.0.0/8", "--connections-per-address", "1"];
    let node = TestNode::embedded(&flags).await;
    let come = async |list: &str| Visitor::with(&node, &[("x-forwarded-for", list)]).await;
    let _first = come("9.9.9.1, 192.0.2.7:50000").await.unwrap();
    for forged in ["9.9.9.2, 192.0.2.7:50001", "9.9.9.3,192.0.2.7", "[2001:db8::1]:80, ::ffff:192.0.2.7"] {
        assert!(matches!(come(forged).await, Err(Error::Http(answer)) if answer.status() == 429), "{forged}");
    }
    let _other = come("192.0.2.8").await.unwrap();
    // Whose entry cannot be read is counted with the proxy that wrote it.
    let _unknown = come("9.9.9.4, unknown").await.unwrap();
    for forged in ["9.9.9.5, unknown", "9.9.9.6, _hidden", "9.9.9.7,"] {
        assert!(matches!(come(forged).await, Err(Error::Http(answer)) if answer.status() == 429), "{forged}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn some_hundred_pings_are_answered_and_a_flood_ends_the_connection() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Visitor::in_room(&node, "hall").await;
    for _ in 0..200 {
        ana.socket().send(Raw::Ping(Bytes::new())).await.unwrap();
    }
    let mut pongs = 0;
    while pongs < 200 {
        pongs += usize::from(matches!(ana.socket().next().await, Some(Ok(Raw::Pong(_)))));
    }
    let mut flooding = Visitor::in_room(&node, "hall").await;
    // So few bytes that they go in one write: with some unread the system would reset the
    // connection, and the close frame could be lost.
    for _ in 0..1_000 {
        flooding.socket().feed(Raw::Ping(Bytes::new())).await.unwrap();
    }
    flooding.socket().flush().await.unwrap();
    assert_eq!(flooding.is_closed().await, 4501);
    assert_eq!(ana.say("m", "still here").await.offset, 1);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_in_crumbs_ends_the_connection() {
    let node = TestNode::embedded(&[]).await;
    for crumb in ["", "x"] {
        let mut ana = Visitor::in_room(&node, "hall").await;
        let part = |kind| Raw::Frame(Frame::message(crumb.as_bytes().to_vec(), OpCode::Data(kind), false));
        ana.socket().send(part(Data::Text)).await.unwrap();
        // In one write, as above.
        for _ in 0..1_000 {
            ana.socket().feed(part(Data::Continue)).await.unwrap();
        }
        ana.socket().flush().await.unwrap();
        assert_eq!(ana.is_closed().await, 4501, "{crumb:?}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn coming_back_brings_so_many_bytes_or_nothing_and_is_paid_for() {
    let redis = RedisServer::start();
    let flags = ["--rate-limit", "100/60"];
    for node in [TestNode::embedded(&flags).await, TestNode::with_redis(&redis.url(), &flags).await] {
        let mut ana = Visitor::at(&node).await;
        let start = ana.join("hall", None).await.position;
        let text = "x".repeat(4_000);
        for number in 0..80 {
            ana.say(&format!("m{number}"), &text).await;
        }
        let since = |offset| Some(Position { offset, epoch: start.epoch.clone() });
        let mut ben = Visitor::at(&node).await;
        let most = ben.join("hall", since(20)).await;
        assert!(most.recovered && most.messages.len() == 60, "{}", most.messages.len());
        let all = ben.join("hall", since(0)).await;
        assert!(!all.recovered && all.messages.is_empty(), "more than {} bytes", limits::RECOVERY_BYTES);

        // Each such join takes 60 x 4 KB of work; the bucket holds 500 x 8 KiB.
        let mut bytes = 0;
        let refused = loop {
            let room_id = RoomId::parse("hall").unwrap();
            ben.send(&ClientMessage::Join { room_id, since: since(20), session: None }).await;
            match ben.socket().next().await.unwrap().unwrap() {
                Raw::Text(text) if text.contains("rateLimited") => break true,
                Raw::Text(text) => bytes += text.len(),
                Raw::Close(_) => break false,
                _ => {}
            }
        };
        assert!(refused && bytes < 6 * 1024 * 1024, "{bytes}");
        node.stop().await;
    }
}
