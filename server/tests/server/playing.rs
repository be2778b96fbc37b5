//! A class plays: on one node and on two.

use std::time::Instant;

use protocol::game::frame::{Count, Open};
use protocol::game::{Answer, AnswerStatus, GameClientMessage as Say, GameServerMessage, Phase, Verdict};
use protocol::quiz::{Kind, Quiz, Scoring};
use protocol::{ErrorCode, Pin};

use crate::class::{Pupil, choice, everywhere, name, quiz, secret, session};
use crate::node::TestNode;
use crate::polling::{PATIENCE, poll_until};

const RIGHT: Answer = Answer::Choice(1);
const WRONG: Answer = Answer::Choice(0);

#[tokio::test(flavor = "multi_thread")]
async fn a_class_plays_a_whole_game_on_two_nodes() {
    everywhere(async |one, two| {
        let quiz =
            Quiz { scoring: Scoring::Accuracy, streaks: false, ..quiz(vec![choice("1?", 60), choice("2?", 60)]) };
        let (mut teacher, hosting) = Pupil::teacher(one, quiz).await;
        let pin = hosting.pin;
        let (mut ada, joined) = Pupil::player(one, &pin, "Ada").await;
        assert_eq!((joined.game.phase, joined.score, joined.host_here), (Phase::Lobby, 0, true));
        let (mut ben, _) = Pupil::player(two, &pin, "Ben").await;
        let players = teacher.sees_players(|players| players.count == 2 && players.players.iter().all(|one| one.here));
        let names: Vec<_> = players.await.players.into_iter().map(|player| player.name).collect();
        assert_eq!(names, [name("Ada"), name("Ben")]);

        teacher.step(Say::Start).await;
        for pupil in [&mut teacher, &mut ada, &mut ben] {
            assert_eq!(pupil.sees(Phase::Ready).await.game.asked.unwrap().options.len(), 0, "to be read first");
            assert_eq!(pupil.sees(Phase::Open).await.game.asked.unwrap().options.len(), 3);
        }
        let first = ada.answer(0, RIGHT).await;
        assert_eq!(first.taken, AnswerStatus::Accepted);
        let again = ada.answer(0, WRONG).await;
        assert_eq!((again.taken, again.answer), (AnswerStatus::Duplicate, first.answer), "the first one counts");
        assert_eq!(ben.answer(0, WRONG).await.taken, AnswerStatus::Accepted);

        // All have answered, so nobody waits for the minute to end.
        let reveal = teacher.sees(Phase::Reveal).await.game.reveal.unwrap();
        assert_eq!((reveal.right.as_str(), reveal.correct, reveal.answered, reveal.players), ("green", 1, 2, 2));
        let won = ada.outcome(0).await;
        assert_eq!((won.verdict, won.points, won.place), (Verdict::Right, 1000, 1));
        let lost = ben.outcome(0).await;
        assert_eq!((lost.verdict, lost.score, lost.place), (Verdict::Wrong, 0, 2));
        assert_eq!(ben.answer(0, RIGHT).await.taken, AnswerStatus::Duplicate);

        teacher.step(Say::Next).await;
        assert_eq!(ben.sees(Phase::Places).await.game.leaders[0].name, name("Ada"));
        teacher.step(Say::Next).await;
        ben.sees(Phase::Open).await;
        assert_eq!(ben.answer(1, RIGHT).await.taken, AnswerStatus::Accepted);
        teacher.sees(Phase::Open).await;
        teacher.step(Say::Next).await;
        assert_eq!(ada.outcome(1).await.verdict, Verdict::Missing);
        assert_eq!(ada.answer(1, RIGHT).await.taken, AnswerStatus::Late);
        teacher.sees(Phase::Reveal).await;
        teacher.step(Say::End).await;
        let podium = ben.sees(Phase::Podium).await.game;
        assert_eq!(podium.leaders.iter().map(|leader| leader.score).collect::<Vec<_>>(), [1000, 1000]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_answered_is_told_how_many_are_still_thinking_but_not_with_every_answer() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let (mut ada, _) = Pupil::player(one, &hosting.pin, "Ada").await;
        let mut others = Vec::new();
        for name in ["Ben", "Cleo", "Dan", "Eva", "Finn", "Gus"] {
            others.push(Pupil::player(two, &hosting.pin, name).await.0);
        }
        teacher.step(Say::Start).await;
        ada.sees(Phase::Open).await;
        let began = Instant::now();
        ada.answer(0, RIGHT).await;
        assert_eq!(thinking(&mut ada, |count| count.answered >= 1).await.players, 7);
        for other in &mut others[..5] {
            other.sees(Phase::Open).await;
            other.answer(0, WRONG).await;
        }
        let told = thinking(&mut ada, |count| count.answered == 6).await;
        assert_eq!((told.question, told.players), (0, 7), "Gus, on the other node, is still thinking");
        let counts = ada.received.iter().filter(|text| text.contains(r#""type":"count""#)).count();
        assert!(counts <= 1 + began.elapsed().as_secs() as usize / 2, "every 2 s: {:?}", ada.received);
    })
    .await;
}

/// Waits for a count of answers that is as wanted.
async fn thinking(pupil: &mut Pupil, wanted: impl Fn(&Count) -> bool) -> Count {
    pupil
        .until(|frame| match frame {
            GameServerMessage::Count(count) if wanted(&count) => Some(count),
            _ => None,
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_what_is_right_before_the_reveal() {
    everywhere(async |one, two| {
        let marker = "xylophone-4711";
        let quiz = quiz(vec![secret(Kind::Typed, marker), secret(Kind::Choice, marker)]);
        let (mut teacher, hosting) = Pupil::teacher(one, quiz).await;
        let (mut ada, _) = Pupil::player(two, &hosting.pin, "Ada").await;
        let rounds = [(0, "A question of kind Typed", Answer::Text(marker.into())), (1, "Which?", RIGHT)];
        for (question, asked, right) in rounds {
            teacher.step(if question == 0 { Say::Start } else { Say::Skip }).await;
            ada.sees(Phase::Open).await;
            teacher.sees_game(|game| game.phase == Phase::Open && game.at == Some(question)).await;
            let told = [&teacher.received, &ada.received].into_iter().flatten();
            let told: Vec<_> = told.filter(|text| text.contains("xylophone") || text.contains("\"right\"")).collect();
            assert!(told.is_empty(), "{told:?}");
            for (path, page) in pages(two, &hosting.pin, &ada.cookie).await {
                assert!(!page.contains("xylophone") && !page.contains("\"right\""), "{path}: {page}");
                assert!(path != "/play" || page.contains(asked), "the page has the question, {page}");
            }
            ada.received.clear();
            assert_eq!(ada.answer(question, right).await.taken, AnswerStatus::Accepted);
            for pupil in [&mut teacher, &mut ada] {
                let reveal = pupil.sees(Phase::Reveal).await.game.reveal.unwrap();
                assert!(reveal.explanation.contains(marker), "now they are");
            }
            // The last thing that is told of a question.
            ada.outcome(question).await;
            teacher.received.clear();
            ada.received.clear();
        }
    })
    .await;
}

/// What the pages of a game, and their server functions, answer a player.
async fn pages(node: &TestNode, pin: &Pin, cookie: &str) -> Vec<(&'static str, String)> {
    let client = reqwest::Client::new();
    let form = format!("pin={pin}");
    let (play, host) = (node.url(&format!("/play/{pin}")), node.url(&format!("/host/{pin}")));
    let asked = [
        ("/play", client.get(play)),
        ("/host", client.get(host)),
        ("play-page", client.post(node.url("/api/play-page")).body(form.clone())),
        ("host-page", client.post(node.url("/api/host-page")).body(form.clone())),
        ("enter-game", client.post(node.url("/api/enter-game")).body(form)),
        ("results", client.post(node.url("/api/results"))),
        ("quizzes", client.post(node.url("/api/quizzes"))),
    ];
    let mut answers = Vec::new();
    for (path, request) in asked {
        let request = request.header("content-type", "application/x-www-form-urlencoded").header("cookie", cookie);
        answers.push((path, request.send().await.unwrap().text().await.unwrap()));
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_finds_everything_as_it_was() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60), choice("2?", 60)])).await;
        let pin = hosting.pin;
        let (mut ada, _) = Pupil::player(one, &pin, "Ada").await;
        let (_ben, _) = Pupil::player(two, &pin, "Ben").await;
        teacher.step(Say::Start).await;
        let open = ada.sees(Phase::Open).await.game;
        let given = ada.answer(0, RIGHT).await.answer;

        // A reload of the page, then another node.
        let cookie = ada.cookie.clone();
        ada.leave().await;
        let mut ada = Pupil::with(two, &cookie).await;
        let joined = ada.try_join(&pin, None).await.unwrap();
        assert_eq!((joined.you.name, joined.answer, joined.outcome), (name("Ada"), given, None));
        assert_eq!((joined.game.closes_at, joined.game.phase), (open.closes_at, Phase::Open), "the same deadline");

        teacher.leave().await;
        let mut teacher = Pupil::with(two, &session(two).1).await;
        let stranger = Open { pin: pin.clone(), token: None, code: None };
        assert_eq!(teacher.open(stranger).await.unwrap_err().code, ErrorCode::NotHost);
        let back = Open { pin: pin.clone(), token: Some(hosting.token), code: None };
        let hosting = teacher.open(back).await.unwrap();
        assert_eq!((hosting.answered, hosting.players.len(), hosting.game.closes_at), (1, 2, open.closes_at));

        teacher.step(Say::Reveal).await;
        let outcome = ada.outcome(0).await;
        let mut again = Pupil::with(one, &cookie).await;
        let joined = again.try_join(&pin, None).await.unwrap();
        assert_eq!((joined.score, joined.outcome), (outcome.score, Some(outcome)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_is_kept_for_programs_without_cookies() {
    let node = TestNode::embedded(&[]).await;
    let (_teacher, hosting) = Pupil::teacher(&node, quiz(vec![choice("1?", 60)])).await;
    let (ada, joined) = Pupil::player(&node, &hosting.pin, "Ada").await;
    ada.leave().await;
    let mut ada = Pupil::at(&node).await;
    let join = protocol::game::frame::Join { pin: hosting.pin, nickname: None, seat: Some(joined.seat) };
    ada.send(&Say::Join(join)).await;
    let back = ada.until(|frame| match frame {
        GameServerMessage::Joined(joined) => Some(joined),
        _ => None,
    });
    assert_eq!(back.await.you, joined.you);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn time_closes_a_question_that_somebody_left_open() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 1)])).await;
        let (mut ada, _) = Pupil::player(two, &hosting.pin, "Ada").await;
        teacher.step(Say::Start).await;
        let closes_at = ada.sees(Phase::Open).await.game.closes_at.unwrap();
        assert_eq!(ada.outcome(0).await.verdict, Verdict::Missing);
        let late = ada.answer(0, RIGHT).await;
        assert_eq!((late.taken, &late.answer), (AnswerStatus::Late, &None));
        assert!(late.late_ms.is_some_and(|ms| ms < 10_000), "{late:?} after {closes_at}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_waits_for_who_only_reloads() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let (mut ada, _) = Pupil::player(one, &hosting.pin, "Ada").await;
        let (ben, _) = Pupil::player(two, &hosting.pin, "Ben").await;
        teacher.step(Say::Start).await;
        ada.sees(Phase::Open).await;
        assert_eq!(ada.answer(0, RIGHT).await.taken, AnswerStatus::Accepted);

        let cookie = ben.cookie.clone();
        ben.leave().await;
        teacher.sees_players(|players| players.players.iter().any(|one| !one.here)).await;
        let mut ben = Pupil::with(one, &cookie).await;
        let joined = ben.try_join(&hosting.pin, None).await.unwrap();
        assert_eq!(joined.game.phase, Phase::Open, "though all who were there had answered");
        assert_eq!(ben.answer(0, RIGHT).await.taken, AnswerStatus::Accepted);
        ben.sees(Phase::Reveal).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_late_plays_on_without_points() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60), choice("2?", 60)])).await;
        let (mut ada, _) = Pupil::player(one, &hosting.pin, "Ada").await;
        teacher.step(Say::Start).await;
        ada.sees(Phase::Open).await;
        ada.answer(0, RIGHT).await;
        teacher.sees(Phase::Reveal).await;
        let (mut late, joined) = Pupil::player(two, &hosting.pin, "Late").await;
        assert_eq!((joined.score, joined.game.phase, joined.outcome), (0, Phase::Reveal, None));
        teacher.step(Say::Skip).await;
        late.sees(Phase::Open).await;
        assert_eq!(late.answer(1, RIGHT).await.taken, AnswerStatus::Accepted);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_names_that_look_the_same_are_one_too_many() {
    everywhere(async |one, two| {
        let (_teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let (_ada, _) = Pupil::player(one, &hosting.pin, "Ada").await;
        let mut other = Pupil::at(two).await;
        let refusal = other.try_join(&hosting.pin, Some("ADA")).await.unwrap_err();
        assert_eq!(refusal.code, ErrorCode::NicknameTaken);
        assert!(refusal.message.starts_with("The name ADA is taken in this game. Try ADA "), "{}", refusal.message);
        assert_eq!(other.try_join(&hosting.pin, None).await.unwrap_err().code, ErrorCode::BadNickname);
        other.join(&hosting.pin, "Ada L").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_pins_are_counted_on_all_nodes_together() {
    everywhere(async |one, two| {
        let (_teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let wrong = protocol::Pin::parse("000000").unwrap();
        for turn in 0..=60 {
            let mut guest = Pupil::at(if turn % 2 == 0 { one } else { two }).await;
            assert_eq!(guest.try_join(&wrong, Some("Eve")).await.unwrap_err().code, ErrorCode::NoGame, "{turn}");
        }
        for (node, name) in [(one, "Ben"), (two, "Cem")] {
            let begin = std::time::Instant::now();
            Pupil::at(node).await.try_join(&hosting.pin, Some(name)).await.unwrap();
            assert!(begin.elapsed().as_millis() >= 500, "who has the right one waits, too");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_of_a_game_is_kept_once_for_its_host() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let owner = one.node().sessions.authenticate(&headers(&teacher.cookie)).unwrap().id;
        let (mut ada, _) = Pupil::player(two, &hosting.pin, "Ada").await;
        teacher.step(Say::Start).await;
        ada.sees(Phase::Open).await;
        ada.answer(0, RIGHT).await;
        teacher.sees(Phase::Reveal).await;
        teacher.step(Say::End).await;
        ada.sees(Phase::Podium).await;
        let kept = poll_until(PATIENCE, async || {
            let kept = two.node().library.store.results(&owner).await.unwrap();
            (!kept.is_empty()).then_some(kept)
        });
        let kept = kept.await.unwrap();
        assert_eq!((kept.len(), kept[0].players, kept[0].correct_percent), (1, 1, Some(100)));
        let result = two.node().library.store.result(&owner, &kept[0].id).await.unwrap().unwrap();
        let answer = result.players[0].answers[0].clone().unwrap();
        assert_eq!((answer.text.as_str(), answer.verdict), ("green", Verdict::Right));
        assert_eq!(result.questions[0].right, "green");
    })
    .await;
}

fn headers(cookie: &str) -> axum::http::HeaderMap {
    axum::http::HeaderMap::from_iter([(axum::http::header::COOKIE, cookie.parse().unwrap())])
}
