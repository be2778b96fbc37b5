//! What is said is in the database once, in order, whatever dies; and a room can be read from its beginning.

use std::time::Duration;

use protocol::limits;
use protocol::{HistoryPage, wire};
use reqwest::StatusCode;
use server::retention::{self, Policy};
use storage::clock::now_ms;

use crate::browser::Browser;
use crate::class::Pupil;
use crate::class_chat;
use crate::node::TestNode;
use crate::polling::{PATIENCE, poll_until};
use crate::postgres_server::{PostgresServer, client};
use crate::redis_server::RedisServer;
use crate::visitor::Visitor;

const FLAGS: [&str; 4] = ["--log-length", "300", "--rate-limit", "off"];
/// What Redis keeps is trimmed in whole nodes of a stream, which have 100 entries.
const LIVE: usize = 500;
/// A room is looked at some seconds after it was last touched.
const LOOKED_AT_WITHIN: Duration = Duration::from_secs(60);

/// The offsets and texts that the database has of a room, in order.
async fn archived(url: &str, room: &str) -> Vec<(u64, String)> {
    let select = "SELECT log_offset, text FROM messages WHERE room = $1 ORDER BY log_offset";
    let rows = client(url).await.query(select, &[&room]).await.unwrap();
    rows.iter().map(|row| (row.get::<_, i64>(0) as u64, row.get(1))).collect()
}

/// Waits until the database has so many messages of a room.
async fn has(url: &str, room: &str, count: usize, within: Duration) -> Vec<(u64, String)> {
    let all = poll_until(within, async || {
        let archived = archived(url, room).await;
        (archived.len() >= count).then_some(archived)
    });
    match all.await {
        Some(all) => all,
        None => panic!("{} of {count} were archived", archived(url, room).await.len()),
    }
}

/// How many messages of a room Redis has.
async fn live(redis: &RedisServer, room: &str) -> usize {
    redis.ask(&["XLEN", &format!("hubbub:{{room:{room}}}:log")]).await
}

/// Reads a room page by page, from its end to its beginning; returns the offsets and texts in order.
async fn read(node: &TestNode, room: &str) -> Vec<(u64, String)> {
    let mut browser = Browser::at(node).await;
    let (mut all, mut before) = (Vec::new(), None::<u64>);
    loop {
        let before_text = before.map(|before| before.to_string());
        let mut form = vec![("room", room)];
        form.extend(before_text.as_deref().map(|before| ("before", before)));
        let answer = browser.ask("history", &form).await.text().await.unwrap();
        let page: HistoryPage = wire::decode(&answer).unwrap_or_else(|| panic!("{answer}"));
        let part = page.messages.iter().map(|message| (message.offset, message.message.clone()));
        all.splice(0..0, part);
        match all.first() {
            Some((first, _)) if page.more => before = Some(*first),
            _ => return all,
        }
    }
}

/// Somebody says so many things in a room, one after the other; returns the offset of the last.
async fn says(node: &TestNode, room: &str, numbers: std::ops::RangeInclusive<usize>) -> u64 {
    let mut ana = Visitor::in_room(node, room).await;
    let mut last = 0;
    for number in numbers {
        last = ana.say(&format!("m{number}"), &format!("text {number}")).await.offset;
    }
    last
}

/// The same by the plain form, which needs no position in the log: whoever is connected when a log is lost
/// is sent away once.
async fn posts(node: &TestNode, room: &str, numbers: std::ops::RangeInclusive<usize>) {
    let mut ana = Browser::at(node).await;
    for number in numbers {
        let answer = ana.says_by_form(room, &format!("f{number}"), &format!("text {number}")).await;
        assert!(answer.status().is_success(), "{answer:?}");
    }
}

fn texts(numbers: std::ops::RangeInclusive<usize>) -> Vec<String> {
    numbers.map(|number| format!("text {number}")).collect()
}

fn texts_of(all: &[(u64, String)]) -> Vec<String> {
    all.iter().map(|(_, text)| text.clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_two_nodes_take_is_archived_once_and_read_from_the_beginning() {
    let (redis, postgres) = (RedisServer::start(), PostgresServer::shared());
    let url = postgres.database().await;
    let [one, two] =
        [TestNode::in_cluster(&redis, &url, &FLAGS).await, TestNode::in_cluster(&redis, &url, &FLAGS).await];
    tokio::join!(says(&one, "garden", 1..=500), says(&two, "garden", 501..=1000));
    let all = has(&url, "garden", 1000, PATIENCE).await;
    assert_eq!(all.iter().map(|(offset, _)| *offset).collect::<Vec<_>>(), (1..=1000).collect::<Vec<_>>());
    let trimmed = poll_until(PATIENCE, async || (live(&redis, "garden").await <= LIVE).then_some(()));
    trimmed.await.expect("Redis keeps what the database has");
    assert!(live(&redis, "garden").await >= 300, "the end of the log stays live");
    assert_eq!(read(&one, "garden").await, all);
    assert_eq!(read(&two, "garden").await, all);
    one.stop().await;
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_leaves_redis_before_the_database_has_it() {
    let (redis, postgres) = (RedisServer::start(), PostgresServer::start());
    let url = postgres.url("hubbub");
    let node = TestNode::in_cluster(&redis, &url, &FLAGS).await;
    says(&node, "garden", 1..=5).await;
    has(&url, "garden", 5, PATIENCE).await;
    postgres.stop();
    says(&node, "garden", 6..=900).await;
    assert_eq!(live(&redis, "garden").await, 900, "the live log grows");
    let mut page = Browser::at(&node).await.get("/rooms/garden").await.text().await.unwrap();
    assert!(page.contains("text 900"), "the end can be read: {}", page.split_off(2_000.min(page.len())));
    while !postgres.start_again() {}
    let all = has(&url, "garden", 900, PATIENCE).await;
    assert_eq!(texts_of(&all), texts(1..=900));
    let trimmed = poll_until(PATIENCE, async || (live(&redis, "garden").await <= LIVE).then_some(()));
    trimmed.await.expect("Redis keeps what the database has");
    assert_eq!(read(&node, "garden").await, all);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_away_pages_before_the_live_log_are_refused_and_not_left_out() {
    let (redis, postgres) = (RedisServer::start(), PostgresServer::start());
    let url = postgres.url("hubbub");
    let node = TestNode::in_cluster(&redis, &url, &FLAGS).await;
    says(&node, "garden", 1..=900).await;
    has(&url, "garden", 900, PATIENCE).await;
    let trimmed = poll_until(PATIENCE, async || (live(&redis, "garden").await <= LIVE).then_some(()));
    trimmed.await.expect("Redis keeps what the database has");
    postgres.stop();
    let mut browser = Browser::at(&node).await;
    let newest = browser.ask("history", &[("room", "garden")]).await.text().await.unwrap();
    let page: HistoryPage = wire::decode(&newest).unwrap();
    assert_eq!(page.messages.last().unwrap().message, "text 900");
    let oldest = browser.ask("history", &[("room", "garden"), ("before", "50")]).await;
    assert_eq!(oldest.status(), StatusCode::SERVICE_UNAVAILABLE);
    while !postgres.start_again() {}
    let all = poll_until(PATIENCE, async || {
        let answer = browser.ask("history", &[("room", "garden"), ("before", "50")]).await;
        answer.status().is_success().then_some(())
    });
    all.await.expect("earlier messages stay unreachable");
    assert_eq!(texts_of(&read(&node, "garden").await), texts(1..=900));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_redis_lost_goes_on_above_the_archive() {
    let (redis, postgres) = (RedisServer::start(), PostgresServer::shared());
    let url = postgres.database().await;
    let node = TestNode::in_cluster(&redis, &url, &FLAGS).await;
    assert_eq!(says(&node, "garden", 1..=50).await, 50);
    has(&url, "garden", 50, PATIENCE).await;
    redis.command(&["FLUSHALL"]).await;
    let page = Browser::at(&node).await.get("/rooms/garden").await.text().await.unwrap();
    assert!(page.contains("text 50"), "what was archived can be read before anybody says more");
    posts(&node, "garden", 51..=60).await;
    let all = has(&url, "garden", 60, PATIENCE).await;
    assert_eq!(texts_of(&all), texts(1..=60));
    assert_eq!(all.last().unwrap().0, 60, "offsets go on");
    assert_eq!(read(&node, "garden").await, all);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_lost_its_end_reuses_no_number_that_the_archive_has() {
    let (redis, postgres) = (RedisServer::start(), PostgresServer::shared());
    let url = postgres.database().await;
    let node = TestNode::in_cluster(&redis, &url, &FLAGS).await;
    assert_eq!(says(&node, "garden", 1..=50).await, 50);
    has(&url, "garden", 50, PATIENCE).await;
    // As after a failover to a replica that had not got the last ones: an earlier end, in another run of Redis.
    let log = "hubbub:{room:garden}:log";
    for offset in 41..=50 {
        redis.command(&["XDEL", log, &format!("{offset}-0")]).await;
    }
    redis.command(&["HSET", "hubbub:{room:garden}:meta", "top", "40", "archived", "40"]).await;
    redis.stop();
    while !redis.start_again() {}
    let ready = async || (reqwest::get(node.url("/readyz")).await.unwrap().status() == 200).then_some(());
    poll_until(PATIENCE, ready).await.expect("the node is not ready again");
    posts(&node, "garden", 51..=51).await;
    let all = has(&url, "garden", 51, PATIENCE).await;
    assert_eq!(all.iter().map(|(offset, _)| *offset).collect::<Vec<_>>(), (1..=51).collect::<Vec<_>>());
    assert_eq!(read(&node, "garden").await, all);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_talk_on_after_redis_was_lost_while_the_database_is_away() {
    let (redis, postgres) = (RedisServer::start(), PostgresServer::start());
    let url = postgres.url("hubbub");
    let node = TestNode::in_cluster(&redis, &url, &FLAGS).await;
    says(&node, "garden", 1..=20).await;
    has(&url, "garden", 20, PATIENCE).await;
    postgres.stop();
    redis.command(&["FLUSHALL"]).await;
    posts(&node, "garden", 21..=30).await;
    while !postgres.start_again() {}
    let all = has(&url, "garden", 30, PATIENCE).await;
    assert_eq!(texts_of(&all), texts(1..=30));
    let (first, last) = (all[20].0, all[29].0);
    assert!(first > 1_000_000_000_000 && last < 1 << 53, "{first} is above whatever the archive has");
    assert_eq!(last - first, 9);
    assert_eq!(read(&node, "garden").await, all);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_standby_did_not_have_when_it_took_over_is_archived_again() {
    let (redis, postgres) = (RedisServer::start(), PostgresServer::shared());
    let url = postgres.database().await;
    let node = TestNode::in_cluster(&redis, &url, &FLAGS).await;
    for room in ["garden", "attic"] {
        says(&node, room, 1..=50).await;
        has(&url, room, 50, PATIENCE).await;
    }
    let operator = client(&url).await;
    // Only what was said in the last seconds can be missing: of that, the rooms are still on the list.
    operator.execute("DELETE FROM messages WHERE log_offset > 40", &[]).await.unwrap();
    operator.execute("UPDATE room_logs SET archived = 40", &[]).await.unwrap();
    says(&node, "garden", 51..=51).await;
    let garden = has(&url, "garden", 51, PATIENCE).await;
    assert_eq!(texts_of(&garden), texts(1..=51), "where somebody goes on to talk");
    let attic = has(&url, "attic", 50, LOOKED_AT_WITHIN).await;
    assert_eq!(texts_of(&attic), texts(1..=50), "and where nobody does");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_node_took_is_archived_by_another() {
    let (redis, postgres) = (RedisServer::start(), PostgresServer::start());
    let url = postgres.url("hubbub");
    let [one, two] =
        [TestNode::in_cluster(&redis, &url, &FLAGS).await, TestNode::in_cluster(&redis, &url, &FLAGS).await];
    postgres.stop();
    says(&one, "garden", 1..=30).await;
    one.stop().await;
    while !postgres.start_again() {}
    let all = has(&url, "garden", 30, LOOKED_AT_WITHIN).await;
    assert_eq!(texts_of(&all), texts(1..=30));
    let list = ["ZCARD", "hubbub:{archive}:rooms"];
    let left = poll_until(LOOKED_AT_WITHIN, async || (redis.ask::<usize>(&list).await == 0).then_some(()));
    left.await.expect("a room stays on the list though all of it is archived");
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chat_of_a_class_and_games_are_not_archived() {
    let (redis, postgres) = (RedisServer::start(), PostgresServer::shared());
    let url = postgres.database().await;
    let node = TestNode::in_cluster(&redis, &url, &FLAGS).await;
    let (_teacher, hosting) = class_chat::class(&node).await;
    let (ada, _) = Pupil::player(&node, &hosting.pin, "Ada").await;
    let room = class_chat::room_of(&node, hosting.pin.as_str(), ("cookie", &ada.cookie)).await;
    class_chat::in_chat(&node, &room, &ada.cookie).await.say("c1", "between us").await;
    // What is said later is there, so that would be, too.
    says(&node, "garden", 1..=1).await;
    has(&url, "garden", 1, PATIENCE).await;
    for table in ["SELECT room FROM messages", "SELECT room FROM room_logs"] {
        let rooms = client(&url).await.query(table, &[]).await.unwrap();
        assert_eq!(rooms.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>(), ["garden"], "{table}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_nobody_uses_goes_with_all_that_was_said_and_what_nobody_wrote_in_leaves_nothing() {
    const DAY_MS: u64 = 24 * 60 * 60 * 1000;
    let (redis, postgres) = (RedisServer::start(), PostgresServer::shared());
    let url = postgres.database().await;
    let node = TestNode::in_cluster(&redis, &url, &FLAGS).await;
    says(&node, "garden", 1..=30).await;
    has(&url, "garden", 30, PATIENCE).await;
    drop(Visitor::in_room(&node, "looked-at").await);
    let policy = Policy { rooms: Some(Duration::from_secs(180 * 24 * 60 * 60)), quizzes: None, results: None };
    let sweep =
        async |days: u64| retention::round(&*node.node().sweep, policy, now_ms() + days * DAY_MS).await.unwrap();
    let counts = async || {
        let count =
            "SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM room_logs), (SELECT count(*) FROM rooms)";
        let row = client(&url).await.query_one(count, &[]).await.unwrap();
        (row.get::<_, i64>(0), row.get::<_, i64>(1), row.get::<_, i64>(2))
    };
    assert_eq!(counts().await, (30, 2, 1));
    sweep(179).await;
    assert_eq!(counts().await, (30, 1, 1));
    sweep(181).await;
    assert_eq!(counts().await, (0, 0, 0));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_message_comes_back_as_it_was_said() {
    let (redis, postgres) = (RedisServer::start(), PostgresServer::shared());
    let url = postgres.database().await;
    let node = TestNode::in_cluster(&redis, &url, &FLAGS).await;
    let text = "“ü” 日本語 🦀\n".repeat(200).trim().to_owned();
    assert!(text.chars().count() <= limits::MESSAGE_CHARS);
    let mut ana = Visitor::in_room(&node, "garden").await;
    let said = ana.say("m1", &text).await;
    has(&url, "garden", 1, PATIENCE).await;
    redis.command(&["FLUSHALL"]).await;
    let answer = Browser::at(&node).await.ask("history", &[("room", "garden")]).await.text().await.unwrap();
    let page: HistoryPage = wire::decode(&answer).unwrap();
    assert_eq!(page.messages, [said]);
    node.stop().await;
}

/// What the database has of messages before they were edited.
async fn versions(url: &str, room: &str) -> Vec<(u64, String)> {
    let select = "SELECT log_offset, text FROM message_versions WHERE room = $1 ORDER BY log_offset, until_offset";
    let rows = client(url).await.query(select, &[&room]).await.unwrap();
    rows.iter().map(|row| (row.get::<_, i64>(0) as u64, row.get(1))).collect()
}

/// Waits until the database has another text at an offset.
async fn becomes(url: &str, room: &str, offset: u64, text: &str) {
    let is_so = poll_until(PATIENCE, async || archived(url, room).await.contains(&(offset, text.into())).then_some(()));
    is_so.await.unwrap_or_else(|| panic!("{offset} is not {text:?}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn old_messages_are_edited_and_deleted_in_the_database_too_and_read_so_at_once() {
    let (redis, postgres) = (RedisServer::start(), PostgresServer::shared());
    let url = postgres.database().await;
    let [one, two] =
        [TestNode::in_cluster(&redis, &url, &FLAGS).await, TestNode::in_cluster(&redis, &url, &FLAGS).await];
    let mut ana = Visitor::in_room(&one, "garden").await;
    for number in 1..=900 {
        ana.say(&format!("m{number}"), &format!("text {number}")).await;
    }
    has(&url, "garden", 900, PATIENCE).await;
    let trimmed = poll_until(PATIENCE, async || (live(&redis, "garden").await <= LIVE).then_some(()));
    trimmed.await.expect("Redis keeps what the database has");
    // Of each kind one that is live, and one that only the database has.
    for (offset, name) in [(10, "old"), (890, "live")] {
        ana.try_edit("garden", &format!("e1-{name}"), offset, &format!("{name} once")).await.unwrap();
        ana.try_edit("garden", &format!("e2-{name}"), offset, &format!("{name} twice")).await.unwrap();
        ana.try_edit("garden", &format!("e3-{name}"), offset + 1, "never mind").await.unwrap();
        ana.try_delete("garden", &format!("d-{name}"), offset + 1).await.unwrap();
        for node in [&one, &two] {
            let now = read(node, "garden").await;
            let at = |offset: u64| now.iter().find(|(at, _)| *at == offset).map(|(_, text)| text.as_str());
            assert_eq!((at(offset), at(offset + 1)), (Some(format!("{name} twice").as_str()), Some("")));
            assert_eq!(now.len(), 900, "no message is missing");
        }
    }
    becomes(&url, "garden", 891, "").await;
    becomes(&url, "garden", 890, "live twice").await;
    let before: Vec<_> = versions(&url, "garden").await;
    let expected = [(10, "text 10"), (10, "old once"), (890, "text 890"), (890, "live once")];
    assert_eq!(before, expected.map(|(offset, text)| (offset, text.to_owned())));
    // Without what Redis has of them.
    redis.command(&["FLUSHALL"]).await;
    for node in [&one, &two] {
        let now = read(node, "garden").await;
        assert_eq!((&*now[9].1, &*now[10].1, &*now[889].1, &*now[890].1), ("old twice", "", "live twice", ""));
    }
    one.stop().await;
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_while_the_database_is_away_never_gets_there() {
    let (redis, postgres) = (RedisServer::start(), PostgresServer::start());
    let url = postgres.url("hubbub");
    let node = TestNode::in_cluster(&redis, &url, &FLAGS).await;
    let mut ana = Visitor::in_room(&node, "garden").await;
    ana.say("m1", "text 1").await;
    has(&url, "garden", 1, PATIENCE).await;
    postgres.stop();
    let secret = ana.say("m2", "the third pot").await;
    ana.try_edit("garden", "e1", secret.offset, "the fourth pot").await.unwrap();
    ana.try_delete("garden", "d1", secret.offset).await.unwrap();
    ana.try_edit("garden", "e2", 1, "text one").await.unwrap();
    ana.say("m3", "text 3").await;
    while !postgres.start_again() {}
    let all = has(&url, "garden", 3, PATIENCE).await;
    assert_eq!(all, [(1, "text one".into()), (2, String::new()), (6, "text 3".into())]);
    assert_eq!(versions(&url, "garden").await, [(1, "text 1".to_owned())]);
    assert_eq!(read(&node, "garden").await, all);
    node.stop().await;
}
