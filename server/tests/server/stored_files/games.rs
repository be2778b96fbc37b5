//! A game of a stored file that was going on: its second round, in the second question.

use protocol::ErrorCode;
use protocol::game::frame::Open;
use protocol::game::{Admission, Answer, AnswerStatus, GameClientMessage as Say, Phase, Verdict};
use server::games::PlayerStatus;
use server::session::HostRole;

use super::{RUNNING, cookie, key, node};
use crate::class::{Pupil, name};
use crate::node::TestNode;
use crate::quizzes_fixture::user;
use crate::visitor::Visitor;

const CHAT: &str = "class~936502~5w3siivq32ku";

async fn pupil(node: &TestNode, id: &str) -> Pupil {
    Pupil::with(node, &cookie(node, id, id)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_game_goes_on_from_its_open_question() {
    let (node, key) = (node().await, key(RUNNING));
    let token = Some(node.node().sessions.host_token(&key.pin, &key.id, &HostRole::Owner));
    let mut teacher = pupil(&node, "teacher").await;
    let hosting = teacher.open(Open { pin: key.pin.clone(), token, code: None }).await.unwrap();
    let game = &hosting.game;
    assert_eq!((game.phase, game.round, game.at, game.closes_at), (Phase::Open, 2, Some(1), None));
    assert_eq!((game.chat, game.locked, game.admission), (true, false, Admission::Approve));
    assert_eq!((hosting.version, hosting.answered, hosting.entrance.blocked), (14, 1, 1));
    let players: Vec<_> = hosting.players.iter().map(|one| (one.name.as_str(), one.score)).collect();
    assert_eq!(players, [("Ada", 1000), ("Bo", 0)]);
    let hosts: Vec<_> = hosting.hosts.iter().map(|one| (one.id.as_str(), one.name.as_str())).collect();
    assert_eq!(hosts, [("647iz5dora", "Dora")]);

    let (mut ada, mut bo) = (pupil(&node, "ana").await, pupil(&node, "ben").await);
    let joined = ada.try_join(&key.pin, None).await.unwrap();
    assert_eq!((joined.you.name, joined.score), (name("Ada"), 1000));
    assert_eq!(joined.answer.unwrap().answer, Answer::Text("The sun".into()));
    assert_eq!(ada.answer(1, Answer::Text("Moon".into())).await.taken, AnswerStatus::Duplicate);
    bo.try_join(&key.pin, None).await.unwrap();
    // With the last answer the question closes.
    assert_eq!(bo.answer(1, Answer::Text("Moon".into())).await.taken, AnswerStatus::Accepted);
    let reveal = teacher.sees(Phase::Reveal).await.game.reveal.unwrap();
    assert_eq!((reveal.right.as_str(), reveal.correct, reveal.answered, reveal.players), ("Sun", 1, 2, 2));
    let outcome = ada.outcome(1).await;
    assert_eq!((outcome.verdict, outcome.points, outcome.streak, outcome.score), (Verdict::Right, 2100, 2, 3100));
    teacher.step(Say::Next).await;
    teacher.sees(Phase::Places).await;
    teacher.step(Say::Next).await;
    let next = teacher.sees(Phase::Ready).await.game;
    assert_eq!(next.asked.unwrap().text, "How many planets are there?", "its quiz goes on");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_entrance_knows_whom_it_knew() {
    let (node, key) = (node().await, key(RUNNING));
    let store = node.node().games.store();
    assert!(matches!(store.player_status(&key, &user("gil")).await, Ok(PlayerStatus::Away(_))));
    pupil(&node, "gil").await.try_join(&key.pin, None).await.expect("the seat was kept");
    pupil(&node, "hal").await.try_join(&key.pin, Some("Hal")).await.expect("a host has admitted Hal");
    for (id, expected) in [("eve", ErrorCode::Kicked), ("fay", ErrorCode::Waiting), ("new", ErrorCode::Waiting)] {
        let refusal = pupil(&node, id).await.try_join(&key.pin, Some(id)).await.unwrap_err();
        assert_eq!(refusal.code, expected, "{id}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_has_its_chat() {
    let node = node().await;
    let cookie = cookie(&node, "ben", "Ben");
    let mut ben = Visitor::with(&node, &[("cookie", &cookie)]).await.unwrap();
    let position = ben.join(CHAT, None).await.position;
    assert_eq!((position.epoch.as_str(), position.offset), ("ieg25o3haco6568n", 1));
    assert_eq!(ben.say("c-2", "Thank you").await.offset, 2);
    node.stop().await;
}
