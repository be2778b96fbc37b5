//! People edit and delete what they wrote: over one node, over two, and with a database.

use std::path::Path;

use protocol::{ErrorCode, HistoryPage, Message, RoomEvent, ServerMessage, fold_events, wire};

use crate::browser::Browser;
use crate::node::TestNode;
use crate::polling::{PATIENCE, poll_until};
use crate::postgres_server::PostgresServer;
use crate::redis_server::RedisServer;
use crate::visitor::Visitor;

const SECRET: &str = "the key lies under the third pot";

const FLAGS: [&str; 2] = ["--rate-limit", "off"];

/// One node alone, two nodes of a cluster, and two with a database: the same must hold.
async fn everywhere(check: impl AsyncFn(&TestNode, &TestNode)) {
    let alone = TestNode::embedded(&FLAGS).await;
    check(&alone, &alone).await;
    alone.stop().await;

    let redis = RedisServer::start();
    let [one, two] =
        [TestNode::with_redis(&redis.url(), &FLAGS).await, TestNode::with_redis(&redis.url(), &FLAGS).await];
    check(&one, &two).await;
    one.stop().await;
    two.stop().await;

    let (redis, postgres) = (RedisServer::start(), PostgresServer::shared());
    let url = postgres.database().await;
    let [one, two] =
        [TestNode::in_cluster(&redis, &url, &FLAGS).await, TestNode::in_cluster(&redis, &url, &FLAGS).await];
    check(&one, &two).await;
    one.stop().await;
    two.stop().await;
}

/// Tabs of one person, in the hall: one on each of the nodes.
async fn tabs<const N: usize>(nodes: [&TestNode; N]) -> [Visitor; N] {
    let cookie = Browser::at(nodes[0]).await.cookie();
    futures::future::join_all(nodes.map(async |node| {
        let mut tab = Visitor::with(node, &[("cookie", cookie.as_str())]).await.unwrap();
        tab.join("hall", None).await;
        tab
    }))
    .await
    .try_into()
    .unwrap_or_else(|_| unreachable!("one tab for each node"))
}

/// The newest page of a room.
async fn page(node: &TestNode, room: &str) -> (HistoryPage, String) {
    let answer = Browser::at(node).await.ask("history", &[("room", room)]).await.text().await.unwrap();
    (wire::decode(&answer).unwrap_or_else(|| panic!("{answer}")), answer)
}

async fn messages(node: &TestNode, room: &str) -> Vec<Message> {
    page(node, room).await.0.messages
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_seen_by_everybody_and_by_who_comes_later() {
    everywhere(async |one, two| {
        let mut ana = Visitor::in_room(one, "garden").await;
        let mut ben = Visitor::in_room(two, "garden").await;
        let before = ben.join("garden", None).await.position;
        let first = ana.say("m1", "helo").await;
        let edit = ana.try_edit("garden", "e1", first.offset, "  hello\u{200b}").await.unwrap();
        let shown = (edit.target, edit.offset, edit.author.clone(), edit.message.as_deref());
        assert_eq!(shown, (first.offset, first.offset + 1, first.author.clone(), Some("  hello")), "cleaned");
        assert_eq!(ben.sees_change().await, RoomEvent::Edited(edit.clone()), "the same frame, to everybody");
        let next = ana.say("m2", "next").await;

        let mut now = first.clone();
        assert!(now.apply(&RoomEvent::Edited(edit.clone())));
        for node in [one, two] {
            assert_eq!(messages(node, "garden").await[0], now);
            let mut late = Visitor::at(node).await;
            let mut joined = late.join("garden", Some(before.clone())).await;
            assert!(joined.recovered);
            let events = joined.take_events();
            assert_eq!(events.iter().map(RoomEvent::offset).collect::<Vec<_>>(), [1, 2, 3]);
            assert_eq!(fold_events(&events), [now.clone(), next.clone()]);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_is_nowhere_and_nobody_misses_a_number() {
    everywhere(async |one, two| {
        let mut ana = Visitor::in_room(one, "attic").await;
        let mut ben = Visitor::at(two).await;
        let before = ben.join("attic", None).await.position;
        let secret = ana.say("m1", SECRET).await;
        ana.try_edit("attic", "e1", secret.offset, &SECRET.to_uppercase()).await.unwrap();
        ana.say("m2", "next").await;
        let deletion = ana.try_delete("attic", "d1", secret.offset).await.unwrap();
        assert_eq!((deletion.offset, deletion.message), (4, None));
        ben.until(|frame| matches!(frame, ServerMessage::Deleted(change) if change.offset == 4).then_some(())).await;
        for node in [one, two] {
            let (page, text) = page(node, "attic").await;
            assert!(!text.to_lowercase().contains("third pot"), "{text}");
            assert_eq!(page.messages.iter().map(|message| message.offset).collect::<Vec<_>>(), [1, 3]);
            assert_eq!((page.first, page.last, page.messages[0].is_deleted()), (1, 4, true));
            assert_eq!(page.messages[0].deleted_by, Some(secret.author.clone()));
            let html = Browser::at(node).await.get("/rooms/attic").await.text().await.unwrap();
            assert!(!html.to_lowercase().contains("third pot"), "{html}");
            // Whoever was there before, and whoever read a part of it.
            for offset in [0, 1, 2, 3] {
                let mut late = Visitor::at(node).await;
                let since = protocol::Position { offset, ..before.clone() };
                let mut joined = late.join("attic", Some(since)).await;
                assert!(joined.recovered, "since {offset}");
                let frames = format!("{joined:?}").to_lowercase();
                assert!(!frames.contains("third pot"), "since {offset}: {frames}");
                let offsets: Vec<u64> = joined.take_events().iter().map(RoomEvent::offset).collect();
                assert_eq!(offsets, (offset + 1..=4).collect::<Vec<_>>());
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_writer_changes_a_message_and_only_one_that_is_there() {
    everywhere(async |one, two| {
        let mut ana = Visitor::in_room(one, "hall").await;
        let mut ben = Visitor::in_room(two, "hall").await;
        let first = ana.say("m1", "mine").await;
        let code = |refused: Result<protocol::Change, protocol::Refusal>| refused.unwrap_err().code;
        assert_eq!(code(ben.try_edit("hall", "e1", first.offset, "yours").await), ErrorCode::Forbidden);
        assert_eq!(code(ben.try_delete("hall", "d1", first.offset).await), ErrorCode::Forbidden);
        assert_eq!(code(ana.try_edit("hall", "e2", 99, "text").await), ErrorCode::NoMessage);
        assert_eq!(code(ana.try_edit("hall", "e2", u64::MAX, "text").await), ErrorCode::NoMessage);
        assert_eq!(code(ana.try_delete("hall", "d2", 0).await), ErrorCode::NoMessage);
        assert_eq!(code(ana.try_edit("hall", "e3", first.offset, " \u{200b}").await), ErrorCode::EmptyMessage);
        let long = "x".repeat(4_001);
        assert_eq!(code(ana.try_edit("hall", "e3", first.offset, &long).await), ErrorCode::MessageTooLong);
        assert_eq!(code(ana.try_edit("cellar", "e4", first.offset, "text").await), ErrorCode::NotInRoom);
        assert_eq!(code(ana.try_edit("hall", "m1", first.offset, "text").await), ErrorCode::Conflict, "its id is used");
        let edit = ana.try_edit("hall", "e5", first.offset, "still mine").await.unwrap();
        assert_eq!(edit.offset, 2, "nothing else went into the log");
        assert_eq!(code(ana.try_edit("hall", "e6", edit.offset, "an edit is no message").await), ErrorCode::NoMessage);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_sent_twice_is_made_once_and_deleting_wins() {
    everywhere(async |one, two| {
        let [mut ana, mut again] = tabs([one, two]).await;
        let first = ana.say("m1", "helo").await;
        let edit = ana.try_edit("hall", "e1", first.offset, "hello").await.unwrap();
        assert_eq!(again.sees_change().await, RoomEvent::Edited(edit.clone()));
        assert_eq!(again.try_edit("hall", "e1", first.offset, "hello").await, Ok(edit.clone()), "the first result");
        let conflict = again.try_edit("hall", "e1", first.offset, "other").await.unwrap_err();
        assert_eq!(conflict.code, ErrorCode::Conflict);
        let deletion = again.try_delete("hall", "d1", first.offset).await.unwrap();
        assert_eq!(deletion.offset, 3);
        assert_eq!(ana.try_delete("hall", "d1", first.offset).await.unwrap(), deletion);
        let twice = ana.try_delete("hall", "d2", first.offset).await.unwrap_err();
        assert_eq!((twice.code, twice.temporary), (ErrorCode::NoMessage, false), "it is gone already");
        for (id, text) in [("e1", "hello"), ("e2", "back again")] {
            let gone = ana.try_edit("hall", id, first.offset, text).await.unwrap_err();
            assert_eq!((gone.code, gone.temporary), (ErrorCode::NoMessage, false), "{id}");
        }
        let now = messages(two, "hall").await;
        assert_eq!((now.len(), now[0].is_deleted(), now[0].message.as_str()), (1, true, ""));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_edit_and_delete_at_once_leave_one_order() {
    everywhere(async |one, two| {
        let mut tabs = tabs([one, two, one, two]).await;
        let first = tabs[0].say("m1", "text").await;
        let changes = tabs.iter_mut().enumerate().map(async |(number, tab)| {
            for turn in 0..5 {
                let id = format!("e{number}-{turn}");
                let edited = tab.try_edit("hall", &id, first.offset, &format!("{SECRET} {id}")).await;
                if number == 3 && turn == 3 {
                    while tab.try_delete("hall", "d", first.offset).await.is_err() {}
                }
                let refused = edited.err().map(|refusal| refusal.code);
                assert!(matches!(refused, None | Some(ErrorCode::NoMessage | ErrorCode::Unavailable)), "{refused:?}");
            }
        });
        futures::future::join_all(changes).await;
        for node in [one, two] {
            let (page, text) = page(node, "hall").await;
            assert!(page.messages[0].is_deleted() && !text.contains(SECRET), "{text}");
            let mut late = Visitor::at(node).await;
            let since = protocol::Position { offset: 0, ..page.position };
            let joined = late.join("hall", Some(since)).await;
            assert!(joined.recovered && !format!("{joined:?}").contains(SECRET), "{joined:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_says_when_its_message_was_sent_changes_no_other() {
    everywhere(async |one, _| {
        let mut ana = Visitor::in_room(one, "porch").await;
        let first = ana.say("m1", "mine").await;
        let change = |kind: &str, id: &str, sent_at: u64| {
            format!(
                r#"{{"type":"{kind}","payload":{{"roomId":"porch","id":"{id}","target":{},"sentAt":{sent_at},"message":"new"}}}}"#,
                first.offset
            )
        };
        for kind in ["edit", "delete"] {
            ana.send_text(&change(kind, kind, first.sent_at + 1)).await;
            assert_eq!(ana.is_refused().await.code, ErrorCode::NoMessage, "{kind}");
        }
        ana.send_text(&change("edit", "e1", first.sent_at)).await;
        assert!(matches!(ana.sees_change().await, RoomEvent::Edited(edit) if edit.target == first.offset));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_text_leaves_redis() {
    let redis = RedisServer::start();
    let node = TestNode::with_redis(&redis.url(), &FLAGS).await;
    let mut ana = Visitor::in_room(&node, "garden").await;
    for number in 1..=30 {
        ana.say(&format!("b{number}"), "before").await;
    }
    let secret = ana.say("m1", SECRET).await;
    ana.try_edit("garden", "e1", secret.offset, &SECRET.replace("third", "fourth")).await.unwrap();
    for number in 1..=30 {
        ana.say(&format!("a{number}"), "after").await;
    }
    let has = async |bytes: &[u8]| {
        let mut keys: Vec<String> = redis.ask(&["KEYS", "*"]).await;
        let mut found = 0;
        while let Some(key) = keys.pop() {
            let dump: Vec<u8> = redis.ask(&["DUMP", &key]).await;
            found += dump.windows(bytes.len()).filter(|part| *part == bytes).count();
        }
        found
    };
    assert!(has(b"third pot").await > 0 && has(b"fourth pot").await > 0);
    ana.try_delete("garden", "d1", secret.offset).await.unwrap();
    assert_eq!((has(b"third pot").await, has(b"fourth pot").await), (0, 0), "what Redis would write to its disk");
    assert_eq!(messages(&node, "garden").await.iter().filter(|one| one.message == "after").count(), 30);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_says_which_message_it_answers() {
    everywhere(async |one, two| {
        let mut ana = Visitor::in_room(one, "porch").await;
        let mut ben = Visitor::in_room(two, "porch").await;
        let question = ana.say("m1", "Who has the key?").await;
        let frame = format!(
            r#"{{"type":"message","payload":{{"roomId":"porch","id":"m2","message":"I do.","replyTo":{}}}}}"#,
            question.offset
        );
        ben.send_text(&frame).await;
        let answer = ana.until(|frame| match frame {
            ServerMessage::Message(message) if message.message == "I do." => Some(message),
            _ => None,
        });
        assert_eq!(answer.await.reply_to, Some(question.offset));
        assert_eq!(messages(one, "porch").await[1].reply_to, Some(question.offset));
    })
    .await;
}

/// Whether a file in a folder has these bytes.
fn is_on_disk(folder: &Path, bytes: &[u8]) -> bool {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file());
    files.into_iter().any(|path| std::fs::read(path).unwrap().windows(bytes.len()).any(|part| part == bytes))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_text_leaves_the_disk() {
    let node = TestNode::embedded(&[]).await;
    let folder = node.data_dir();
    let mut ana = Visitor::in_room(&node, "garden").await;
    let secret = ana.say("m1", SECRET).await;
    ana.try_edit("garden", "e1", secret.offset, &SECRET.replace("third", "fourth")).await.unwrap();
    assert!(is_on_disk(&folder, SECRET.as_bytes()) && is_on_disk(&folder, b"fourth pot"));
    ana.try_delete("garden", "d1", secret.offset).await.unwrap();
    let gone = async || (!is_on_disk(&folder, SECRET.as_bytes()) && !is_on_disk(&folder, b"fourth pot")).then_some(());
    poll_until(PATIENCE, gone).await.expect("the text is still on the disk");
    node.stop().await;
}
