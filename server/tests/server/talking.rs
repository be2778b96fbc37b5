//! People chat: over one node and over two, after a cut connection, and with resends.

use protocol::{ClientMessage, ErrorCode, RoomId, ServerMessage};

use crate::node::TestNode;
use crate::redis_server::RedisServer;
use crate::visitor::Visitor;

/// One node alone, then two nodes of a cluster: the same must hold.
async fn everywhere(check: impl AsyncFn(&TestNode, &TestNode)) {
    let alone = TestNode::embedded(&[]).await;
    check(&alone, &alone).await;
    alone.stop().await;

    let redis = RedisServer::start();
    let [one, two] = [TestNode::with_redis(&redis.url(), &[]).await, TestNode::with_redis(&redis.url(), &[]).await];
    check(&one, &two).await;
    one.stop().await;
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_hear_each_other_in_one_order() {
    everywhere(async |one, two| {
        let mut ana = Visitor::in_room(one, "garden").await;
        let mut ben = Visitor::in_room(two, "garden").await;
        for turn in 0..10 {
            let (speaker, id) =
                if turn % 2 == 0 { (&mut ana, format!("a{turn}")) } else { (&mut ben, format!("b{turn}")) };
            speaker.say(&id, &format!("turn {turn}")).await;
        }
        let mut late = Visitor::in_room(one, "garden").await;
        assert_eq!(late.join("garden", None).await.position.offset, 10);
        drop(late);
        let last = ben.say("last", "bye").await;
        assert_eq!(last.offset, 11);
        let received = ana.until(|frame| match frame {
            ServerMessage::Message(message) if message.message == "bye" => Some(message),
            _ => None,
        });
        assert_eq!(received.await, last, "the same frame, to everybody");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_hears_nothing_of_another() {
    everywhere(async |one, two| {
        let mut ana = Visitor::in_room(one, "kitchen").await;
        let mut ben = Visitor::in_room(two, "cellar").await;
        ana.say("1", "in the kitchen").await;
        ben.say("2", "in the cellar").await;
        ana.say("3", "again in the kitchen").await;
        let mut cat = Visitor::in_room(one, "kitchen").await;
        let both = [ana.say("4", "last").await, cat.hears().await];
        assert_eq!(both.map(|message| message.offset), [3, 3]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_away_gets_exactly_what_was_missed_from_any_node() {
    everywhere(async |one, two| {
        let mut ana = Visitor::in_room(one, "attic").await;
        let mut ben = Visitor::at(two).await;
        let before = ben.join("attic", None).await.position;
        ben.vanish();
        for number in 1..=5 {
            ana.say(&number.to_string(), "while you were away").await;
        }
        for node in [one, two] {
            let mut ben = Visitor::at(node).await;
            let joined = ben.join("attic", Some(before.clone())).await;
            assert!(joined.recovered);
            assert_eq!(joined.messages.iter().map(|message| message.offset).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
            assert_eq!(joined.position.offset, 5);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_sent_twice_is_said_once() {
    everywhere(async |one, two| {
        let cookie = server_cookie(one).await;
        let headers = [("cookie", cookie.as_str())];
        let mut ana = Visitor::with(one, &headers).await.unwrap();
        let mut again = Visitor::with(two, &headers).await.unwrap();
        ana.join("hall", None).await;
        again.join("hall", None).await;
        let first = ana.say("m1", "hello").await;
        assert_eq!(again.hears().await, first);
        assert_eq!(again.say("m1", "hello").await, first, "the answer is the first one");
        let conflict = again.try_say("m1", "something else").await.unwrap_err();
        assert_eq!((conflict.code, conflict.temporary), (ErrorCode::Conflict, false));
        assert_eq!(ana.say("m2", "next").await.offset, first.offset + 1);
    })
    .await;
}

/// A session cookie, as a browser gets it with its first request.
async fn server_cookie(node: &TestNode) -> String {
    let answer = reqwest::Client::new().post(node.url("/api/viewer")).send().await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_seen_before_and_after_joining() {
    everywhere(async |one, two| {
        let mut ana = Visitor::in_room(one, "porch").await;
        let mut ben = Visitor::at(two).await;
        let joined = ben.join("porch", None).await;
        assert_eq!(joined.member_count, 2);
        assert!(joined.members.contains(&joined.you));
        let came = ana.sees(|presence| presence.joined.contains(&joined.you)).await;
        assert_eq!(came.member_count, 2);
        ben.leave().await;
        let went = ana.sees(|presence| presence.left.contains(&joined.you.id)).await;
        assert_eq!(went.member_count, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_is_told_and_not_kept() {
    everywhere(async |one, two| {
        let room_id = RoomId::parse("desk").unwrap();
        let mut ana = Visitor::at(one).await;
        let you = ana.join("desk", None).await.you;
        let mut ben = Visitor::in_room(two, "desk").await;
        ana.send(&ClientMessage::Typing { room_id }).await;
        let typing = ben.until(|frame| match frame {
            ServerMessage::Typing(typing) => Some(typing),
            _ => None,
        });
        assert_eq!(typing.await.member, you);
        assert_eq!(ben.join("desk", None).await.position.offset, 0);
    })
    .await;
}
