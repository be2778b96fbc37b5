//! Invalid frames and requests get a clear refusal and do no harm.

use futures::SinkExt;
use protocol::{ErrorCode, ServerMessage};
use tokio_tungstenite::tungstenite::{Error, Message as Raw};

use crate::node::TestNode;
use crate::visitor::Visitor;

#[tokio::test(flavor = "multi_thread")]
async fn rubbish_is_answered_and_the_talk_goes_on() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Visitor::in_room(&node, "room1").await;
    for (rubbish, code) in [
        ("{nope", ErrorCode::NotJson),
        (r#"{"type":"dance","payload":{}}"#, ErrorCode::UnknownType),
        (r#"{"type":"join","payload":{"roomId":""}}"#, ErrorCode::Invalid),
        (r#"{"type":"message","payload":{"message":"  "}}"#, ErrorCode::EmptyMessage),
        (r#"{"type":"message","payload":{"roomId":"elsewhere","message":"hi"}}"#, ErrorCode::NotInRoom),
    ] {
        ana.send_text(rubbish).await;
        let refusal = ana.is_refused().await;
        assert_eq!((refusal.code, refusal.temporary), (code, false), "{rubbish}");
    }
    ana.socket().send(Raw::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(ana.is_refused().await.code, ErrorCode::NotJson);
    assert_eq!(ana.say("m", "still here").await.offset, 1);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_message_is_an_error_and_a_huge_frame_the_end() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Visitor::in_room(&node, "room1").await;
    assert_eq!(ana.say("fits", &"ä".repeat(4000)).await.message.chars().count(), 4000);
    let refusal = ana.try_say("long", &"ä".repeat(4001)).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::MessageTooLong);
    assert_eq!(ana.say("quotes", &"\"".repeat(4000)).await.message.len(), 4000);
    let refusal = ana.try_say("bells", &"\u{7}".repeat(4000)).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::EmptyMessage, "nothing of it can be seen");

    ana.send_text(&"x".repeat(64 * 1024 + 1)).await;
    assert_eq!(ana.is_closed().await, 1009);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_slowed_down_and_says_for_how_long() {
    let node = TestNode::embedded(&["--rate-limit", "3/60"]).await;
    let mut ana = Visitor::in_room(&node, "room1").await;
    // On a slow machine the bucket is refilled meanwhile, so more than three may pass.
    let mut number: u64 = 0;
    let refusal = loop {
        number += 1;
        if let Err(refusal) = ana.try_say(&number.to_string(), "quick").await {
            break refusal;
        }
    };
    assert!(number > 3, "three at once are allowed, and the message {number} was refused");
    assert_eq!((refusal.code, refusal.temporary), (ErrorCode::RateLimited, true));
    let wait_ms = refusal.retry_after_ms.unwrap();
    // The server asked for this wait; there is no event to wait for.
    tokio::time::sleep(std::time::Duration::from_millis(wait_ms)).await;
    let said = ana.say(&number.to_string(), "quick").await;
    assert_eq!(said.offset, number, "the refused message passes after the wait that the refusal named");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_others_open_no_socket() {
    let node = TestNode::embedded(&["--allowed-origins", "https://school.example"]).await;
    let own = node.url("");
    for origin in ["http://evil.example", "null", &format!("{own}.evil.example")] {
        match Visitor::with(&node, &[("origin", origin)]).await {
            Err(Error::Http(answer)) => assert_eq!(answer.status(), 403, "{origin}"),
            other => panic!("{origin} got {:?}", other.map(|_| "a socket")),
        }
    }
    for origin in [own.as_str(), "https://school.example"] {
        assert!(Visitor::with(&node, &[("origin", origin)]).await.is_ok(), "{origin}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_key_is_refused() {
    let node = TestNode::embedded(&[]).await;
    let upgrade = |key: &str| {
        let request = reqwest::Client::new().get(node.url("/ws?v=1")).header("connection", "Upgrade");
        request
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", key)
            .send()
    };
    assert_eq!(upgrade("c2hvcnQ=").await.unwrap().status(), 400);
    assert_eq!(upgrade("dGhlIHNhbXBsZSBub25jZQ==").await.unwrap().status(), 101);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_a_limit_of_connections_and_a_connection_of_rooms() {
    let node = TestNode::embedded(&["--connections-per-address", "2", "--rooms-per-connection", "1"]).await;
    let mut ana = Visitor::in_room(&node, "room1").await;
    let ben = Visitor::at(&node).await;
    assert!(matches!(Visitor::with(&node, &[]).await, Err(Error::Http(answer)) if answer.status() == 429));

    ana.send_text(r#"{"type":"join","payload":{"roomId":"room2"}}"#).await;
    assert_eq!(ana.is_refused().await.code, ErrorCode::TooManyRooms);
    ana.say("m", "still in room1").await;
    ben.leave().await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_nothing_is_asked_to_come_back() {
    let node = TestNode::embedded(&["--hello-seconds", "1"]).await;
    let mut early = Visitor::in_room(&node, "room1").await;
    // Came later, so the time for a first frame is over for both when this one is closed.
    assert_eq!(Visitor::at(&node).await.is_closed().await, 4004);
    early.say("m", "a frame was enough").await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_answer_pings_is_let_go_and_who_does_stays() {
    let node = TestNode::embedded(&["--ping-seconds", "0.2", "--pong-seconds", "2"]).await;
    let mut mute = Visitor::in_room(&node, "room1").await;
    let mut lively = Visitor::in_room(&node, "room1").await;
    // A client that does not read does not answer pings; this one reads: its library answers.
    let gone = lively.until(|frame| match frame {
        ServerMessage::Presence(presence) if !presence.left.is_empty() => Some(presence),
        _ => None,
    });
    assert_eq!(gone.await.member_count, 1);
    assert_eq!(mute.is_closed().await, 4002);
    lively.say("m", "still here").await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_is_asked_to_come_back_and_the_others_hear_all() {
    let node = TestNode::embedded(&["--rate-limit", "off", "--outbox-bytes", "100000"]).await;
    let mut slow = Visitor::in_room(&node, "room1").await;
    let mut ana = Visitor::in_room(&node, "room1").await;
    let text = "x".repeat(4000);
    // Far more than the outbox and what the kernel holds for a reader who does not read.
    for number in 0..5000 {
        ana.say(&number.to_string(), &text).await;
        if node.node().hub.listeners() == 1 {
            break;
        }
    }
    assert_eq!(node.node().hub.listeners(), 1, "the slow one was let go");
    // The close frame stands behind what the kernel holds, and the node waits until that is read.
    assert_eq!(slow.is_closed().await, 4001);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leaving_node_is_not_ready_and_says_come_back() {
    let node = TestNode::embedded(&["--drain-seconds", "1"]).await;
    assert_eq!(reqwest::get(node.url("/readyz")).await.unwrap().status(), 200);
    assert_eq!(reqwest::get(node.url("/healthz")).await.unwrap().status(), 200);
    let mut ana = Visitor::in_room(&node, "room1").await;
    let (code, ()) = tokio::join!(ana.is_closed(), node.stop());
    assert_eq!(code, 4000);
}
