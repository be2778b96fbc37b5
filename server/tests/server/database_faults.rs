//! The database is away: people talk, enter rooms and play, and what lasts is there again when it is.

use protocol::QuizId;
use protocol::game::Phase;
use protocol::game::frame::{Create, GameClientMessage};
use reqwest::StatusCode;

use crate::browser::Browser;
use crate::class::{Pupil, choice, quiz};
use crate::node::TestNode;
use crate::polling::{PATIENCE, poll_until};
use crate::postgres_server::PostgresServer;
use crate::redis_server::RedisServer;
use crate::visitor::Visitor;

const FLAGS: [&str; 2] = ["--rate-limit", "off"];

/// Two people in a room hear each other, and its page can be read.
async fn people_talk(node: &TestNode, room: &str) {
    let mut ana = Visitor::in_room(node, room).await;
    let mut ben = Visitor::in_room(node, room).await;
    for number in 1..=70 {
        assert_eq!(ana.say(&format!("m{number}"), "hello").await, ben.hears().await);
    }
    let page = Browser::at(node).await.get(&format!("/rooms/{room}")).await;
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.text().await.unwrap().contains("hello"));
}

/// A class plays a sample.
async fn a_class_plays(node: &TestNode) {
    let mut teacher = Pupil::at(node).await;
    let sample = QuizId::parse("sample-solar-system").unwrap();
    teacher.send(&GameClientMessage::Create(Create { quiz: sample })).await;
    let hosting = teacher.hosting().await;
    let (mut ada, _) = Pupil::player(node, &hosting.pin, "Ada").await;
    teacher.step(GameClientMessage::Start).await;
    ada.sees(Phase::Open).await;
    teacher.step(GameClientMessage::End).await;
    ada.sees(Phase::Podium).await;
}

async fn saves(node: &TestNode) -> reqwest::Response {
    Browser::at(node).await.save("", "0", &quiz(vec![choice("1?", 60)])).await
}

async fn saves_at_last(node: &TestNode) {
    let saved = poll_until(PATIENCE, async || saves(node).await.status().is_success().then_some(())).await;
    saved.expect("no quiz could be stored again");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_database_people_talk_and_play_and_nothing_is_stored() {
    let redis = RedisServer::start();
    let node = TestNode::with_redis(&redis.url(), &FLAGS).await;
    people_talk(&node, "garden").await;
    a_class_plays(&node).await;
    let refused = saves(&node).await;
    assert!(!refused.status().is_success());
    assert!(refused.text().await.unwrap().contains("no database"));
    let mut browser = Browser::at(&node).await;
    let listed = browser.ask("open-room", &[("title", "Attic"), ("listed", "true")]).await;
    assert!(listed.text().await.unwrap().contains("not listed on this server"));
    assert!(browser.ask("open-room", &[("title", "Attic")]).await.status().is_success());
    assert_eq!(browser.get("/quizzes").await.status(), StatusCode::OK);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_starts_without_its_database_and_uses_it_once_it_is_there() {
    let (redis, postgres) = (RedisServer::start(), PostgresServer::start());
    postgres.stop();
    let node = TestNode::in_cluster(&redis, &postgres.url("hubbub"), &FLAGS).await;
    people_talk(&node, "garden").await;
    a_class_plays(&node).await;
    assert_eq!(saves(&node).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    while !postgres.start_again() {}
    saves_at_last(&node).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_does_not_answer_people_talk_and_play() {
    let (redis, postgres) = (RedisServer::start(), PostgresServer::start());
    let node = TestNode::in_cluster(&redis, &postgres.url("hubbub"), &FLAGS).await;
    saves_at_last(&node).await;
    postgres.freeze();
    people_talk(&node, "garden").await;
    a_class_plays(&node).await;
    postgres.thaw();
    saves_at_last(&node).await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_database_acknowledged_is_there_after_it_was_killed() {
    let (redis, postgres) = (RedisServer::start(), PostgresServer::start());
    let node = TestNode::in_cluster(&redis, &postgres.url("hubbub"), &FLAGS).await;
    let mut browser = Browser::at(&node).await;
    assert!(browser.save("", "0", &quiz(vec![choice("1?", 60)])).await.status().is_success());
    assert!(browser.ask("open-room", &[("title", "Riverside Garden")]).await.status().is_success());
    postgres.stop();
    people_talk(&node, "riverside-garden").await;
    while !postgres.start_again() {}
    saves_at_last(&node).await;
    let titled = poll_until(PATIENCE, async || {
        let page = browser.get("/rooms/riverside-garden").await.text().await.unwrap();
        page.contains("Riverside Garden").then_some(())
    });
    titled.await.expect("the title is gone");
    let quizzes = postgres.execute("hubbub", "UPDATE quizzes SET version = version").await;
    assert_eq!(quizzes, 2);
    node.stop().await;
}
