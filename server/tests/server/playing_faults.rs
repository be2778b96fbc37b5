//! What a class must not notice: nodes and Redis that come and go in an open question.

use protocol::game::frame::Open;
use protocol::game::{Answer, AnswerStatus, GameClientMessage as Say, GameServerMessage, Phase};

use crate::class::{Pupil, choice, quiz};
use crate::node::TestNode;
use crate::postgres_server::PostgresServer;
use crate::redis_server::RedisServer;

#[tokio::test(flavor = "multi_thread")]
async fn a_node_goes_in_an_open_question_and_nothing_is_lost() {
    let (redis, postgres) = (RedisServer::start(), PostgresServer::shared());
    let database = postgres.database().await;
    let [one, two] =
        [TestNode::in_cluster(&redis, &database, &[]).await, TestNode::in_cluster(&redis, &database, &[]).await];
    let (mut teacher, hosting) = Pupil::teacher(&one, quiz(vec![choice("1?", 60)])).await;
    let pin = hosting.pin;
    let (mut ada, _) = Pupil::player(&one, &pin, "Ada").await;
    let (mut ben, _) = Pupil::player(&two, &pin, "Ben").await;
    let (_cleo, _) = Pupil::player(&two, &pin, "Cleo").await;
    teacher.step(Say::Start).await;
    let open = ada.sees(Phase::Open).await.game;
    assert_eq!(ada.answer(0, Answer::Choice(1)).await.taken, AnswerStatus::Accepted);
    let cookie = ada.cookie.clone();

    // The teacher's node, and that of a student.
    one.stop().await;
    let mut ada = Pupil::with(&two, &cookie).await;
    let joined = ada.try_join(&pin, None).await.unwrap();
    assert_eq!(joined.game.closes_at, open.closes_at, "the same deadline");
    assert!(joined.answer.is_some(), "the answer is there");
    let mut teacher = Pupil::at(&two).await;
    teacher.open(Open { pin, token: Some(hosting.token), code: None }).await.unwrap();
    assert_eq!(ben.answer(0, Answer::Choice(0)).await.taken, AnswerStatus::Accepted);
    teacher.step(Say::Reveal).await;
    let reveal = teacher.sees(Phase::Reveal).await.game.reveal.unwrap();
    assert_eq!((reveal.correct, reveal.answered, reveal.players), (1, 2, 3));
    assert_eq!(ada.outcome(0).await.question, 0);
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_closed_when_its_time_is_up() {
    let (redis, postgres) = (RedisServer::start(), PostgresServer::shared());
    let database = postgres.database().await;
    let [one, two] =
        [TestNode::in_cluster(&redis, &database, &[]).await, TestNode::in_cluster(&redis, &database, &[]).await];
    let (mut teacher, hosting) = Pupil::teacher(&one, quiz(vec![choice("1?", 2)])).await;
    let (mut ada, _) = Pupil::player(&two, &hosting.pin, "Ada").await;
    teacher.step(Say::Start).await;
    let closes_at = ada.sees(Phase::Open).await.game.closes_at.unwrap();
    ada.sees(Phase::Closed).await;
    let late = ada.answer(0, Answer::Choice(1)).await;
    assert_eq!(late.taken, AnswerStatus::Late);
    // By the store's clock, which the answer was compared with.
    assert!(late.late_ms.is_some_and(|ms| ms <= 1_000), "{late:?} after {closes_at}");
    one.stop().await;
    two.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_of_redis_is_survived_by_the_game() {
    let (redis, postgres) = (RedisServer::start(), PostgresServer::shared());
    let node = TestNode::in_cluster(&redis, &postgres.database().await, &[]).await;
    let (mut teacher, hosting) = Pupil::teacher(&node, quiz(vec![choice("1?", 60), choice("2?", 60)])).await;
    let (mut ada, _) = Pupil::player(&node, &hosting.pin, "Ada").await;
    let (_ben, _) = Pupil::player(&node, &hosting.pin, "Ben").await;
    teacher.step(Say::Start).await;
    let open = ada.sees(Phase::Open).await;
    let given = ada.answer(0, Answer::Choice(1)).await.answer;
    redis.stop();
    while !redis.start_again() {}
    let joined = crate::polling::poll_until(crate::polling::PATIENCE, async || {
        let mut again = Pupil::with(&node, &ada.cookie).await;
        again.try_join(&hosting.pin, None).await.ok()
    });
    let joined = joined.await.unwrap();
    assert_eq!((joined.answer, joined.version, joined.game.closes_at), (given, open.version, open.game.closes_at));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_of_a_node_alone_keeps_the_game() {
    let mut node = TestNode::embedded(&[]).await;
    let (mut teacher, hosting) = Pupil::teacher(&node, quiz(vec![choice("1?", 60)])).await;
    let (mut ada, _) = Pupil::player(&node, &hosting.pin, "Ada").await;
    let (ben, _) = Pupil::player(&node, &hosting.pin, "Ben").await;
    teacher.step(Say::Start).await;
    let open = ada.sees(Phase::Open).await;
    let given = ada.answer(0, Answer::Choice(1)).await.answer;
    let [teachers, adas, bens] = [teacher.cookie, ada.cookie, ben.cookie];
    node = node.restarted().await;
    let mut ada = Pupil::with(&node, &adas).await;
    let joined = ada.try_join(&hosting.pin, None).await.unwrap();
    assert_eq!((joined.answer, joined.version, joined.game.closes_at), (given, open.version, open.game.closes_at));

    // All who are there have answered, but Ben is only late.
    let mut teacher = Pupil::with(&node, &teachers).await;
    teacher.open(Open { pin: hosting.pin.clone(), token: Some(hosting.token), code: None }).await.unwrap();
    teacher.until(|frame| if let GameServerMessage::Count(count) = frame { Some(count) } else { None }).await;
    let mut ben = Pupil::with(&node, &bens).await;
    assert_eq!(ben.try_join(&hosting.pin, None).await.unwrap().game.phase, Phase::Open);
    assert_eq!(ben.answer(0, Answer::Choice(1)).await.taken, AnswerStatus::Accepted);
    ben.sees(Phase::Reveal).await;
    node.stop().await;
}
