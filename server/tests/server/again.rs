//! A class plays again with everybody in it, on one node and on two; a game that nobody
//! ends has results, and its host can return to it.

use app::api::games::HostPage;
use app::api::quizzes::QuizList;
use protocol::game::frame::{Again, Kick, Open, SubmittedAnswer};
use protocol::game::{Answer, AnswerStatus, GameClientMessage as Say, GameServerMessage, Phase, Verdict};
use protocol::quiz::{Quiz, ResultsSummary, StoredQuiz};
use protocol::{ErrorCode, Pin, QuizId, UserId, wire};
use reqwest::StatusCode;

use crate::browser::Browser;
use crate::class::{Pupil, choice, everywhere, name, quiz};
use crate::node::TestNode;
use crate::polling::{PATIENCE, poll_until};

const RIGHT: Answer = Answer::Choice(1);
const AGAIN: Say = Say::Again(Again { version: None, quiz: None });

/// Plays the one open question to the podium, and waits for it.
async fn to_the_podium(teacher: &mut Pupil) {
    teacher.step(Say::Reveal).await;
    teacher.sees(Phase::Reveal).await;
    teacher.step(Say::End).await;
    teacher.sees(Phase::Podium).await;
}

/// Waits for the lobby of a round.
async fn lobby(pupil: &mut Pupil, round: u32) {
    pupil.sees_game(|game| game.phase == Phase::Lobby && game.round == round).await;
}

/// The stored results of somebody's games, once they are as wanted.
async fn kept(node: &TestNode, owner: &UserId, wanted: impl Fn(&[ResultsSummary]) -> bool) -> Vec<ResultsSummary> {
    let kept = poll_until(PATIENCE, async || {
        let kept = node.node().library.store.results(owner).await.unwrap();
        wanted(&kept).then_some(kept)
    });
    kept.await.unwrap()
}

fn owner(node: &TestNode, teacher: &Pupil) -> UserId {
    let cookie = teacher.cookie.parse().unwrap();
    let headers = axum::http::HeaderMap::from_iter([(axum::http::header::COOKIE, cookie)]);
    node.node().sessions.authenticate(&headers).unwrap().id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_is_taken_along_to_the_next_round_on_all_nodes() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let (mut ada, _) = Pupil::player(one, &hosting.pin, "Ada").await;
        let (mut ben, _) = Pupil::player(two, &hosting.pin, "Ben").await;
        teacher.step(Say::Start).await;
        ada.sees(Phase::Open).await;
        teacher.send(&AGAIN).await;
        assert_eq!(teacher.is_refused().await.code, ErrorCode::NotNow, "it goes on");
        assert_eq!(ada.answer(0, RIGHT).await.taken, AnswerStatus::Accepted);
        to_the_podium(&mut teacher).await;

        teacher.send(&AGAIN).await;
        for pupil in [&mut teacher, &mut ada, &mut ben] {
            lobby(pupil, 2).await;
        }
        let class = teacher.sees_players(|players| players.players.iter().all(|one| one.here && one.score == 0)).await;
        let names: Vec<_> = class.players.into_iter().map(|player| player.name).collect();
        assert_eq!(names, [name("Ada"), name("Ben")], "the same seats");

        // Only the host sent a command, and everybody plays.
        teacher.step(Say::Start).await;
        ada.sees(Phase::Open).await;
        ben.sees(Phase::Open).await;
        assert_eq!(ada.answer(0, Answer::Choice(0)).await.taken, AnswerStatus::Accepted);
        assert_eq!(ben.answer(0, RIGHT).await.taken, AnswerStatus::Accepted);
        let (lost, won) = (ada.outcome(0).await, ben.outcome(0).await);
        assert_eq!((lost.verdict, lost.score, won.verdict, won.place), (Verdict::Wrong, 0, Verdict::Right, 1));
        teacher.sees(Phase::Reveal).await;
        teacher.step(Say::End).await;
        teacher.sees(Phase::Podium).await;

        // Each round has results of its own.
        let teachers = owner(one, &teacher);
        let are_over = |kept: &[ResultsSummary]| kept.len() == 2 && kept.iter().all(|one| one.unfinished.is_none());
        let all = kept(two, &teachers, are_over).await;
        assert_ne!(all[0].id, all[1].id);
        let ids = all.iter().map(|one| &one.id);
        for (id, best) in ids.zip(["Ben", "Ada"]) {
            let results = two.node().library.store.result(&teachers, id).await.unwrap().unwrap();
            assert_eq!((results.players[0].name.clone(), results.players.len()), (name(best), 2));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_gone_finds_the_next_round_where_the_game_was() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let pin = hosting.pin;
        let (mut ada, _) = Pupil::player(one, &pin, "Ada").await;
        let (ben, _) = Pupil::player(two, &pin, "Ben").await;
        let (cem, joined) = Pupil::player(two, &pin, "Cem").await;
        let cookie = ben.cookie.clone();
        teacher.step(Say::Start).await;
        ada.sees(Phase::Open).await;
        to_the_podium(&mut teacher).await;
        ben.leave().await;
        cem.leave().await;
        teacher.sees_players(|players| players.players.iter().filter(|one| !one.here).count() == 2).await;

        teacher.send(&AGAIN).await;
        lobby(&mut ada, 2).await;
        let class = teacher.sees_players(|players| players.players.iter().all(|one| one.score == 0)).await;
        assert_eq!(class.players.iter().map(|one| one.here).collect::<Vec<_>>(), [true, false, false]);
        teacher.step(Say::Start).await;
        ada.sees(Phase::Open).await;
        teacher.sees_players(|players| players.count == 1).await;
        let refused = Pupil::at(two).await.try_join(&pin, Some("Ben")).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::NicknameTaken, "the seat is kept");

        // By the session, without a name; and by the seat of the round before.
        let mut ben = Pupil::with(two, &cookie).await;
        let back = ben.try_join(&pin, None).await.unwrap();
        assert_eq!((back.you.name, back.score, back.game.round, back.answer), (name("Ben"), 0, 2, None));
        assert_eq!(ben.answer(0, RIGHT).await.taken, AnswerStatus::Accepted);
        let mut cem = Pupil::at(one).await;
        let seat = Some(joined.seat.clone());
        cem.send(&Say::Join(protocol::game::frame::Join { pin: pin.clone(), nickname: None, seat })).await;
        let back = cem.until(|frame| match frame {
            GameServerMessage::Joined(joined) => Some(joined),
            _ => None,
        });
        assert_eq!(back.await.you, joined.you);
        teacher.sees_players(|players| players.count == 3).await;
        ada.answer(0, RIGHT).await;
        teacher.step(Say::Reveal).await;
        assert_eq!(ben.outcome(0).await.verdict, Verdict::Right);
        assert_eq!(teacher.sees(Phase::Reveal).await.game.reveal.unwrap().players, 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_sent_away_stays_away_when_the_class_plays_again() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let (mut ada, _) = Pupil::player(two, &hosting.pin, "Ada").await;
        let (mut eve, joined) = Pupil::player(two, &hosting.pin, "Eve").await;
        teacher.send(&Say::Kick(Kick { player: Some(joined.you.id), ..Kick::default() })).await;
        eve.until(|frame| matches!(frame, GameServerMessage::Kicked(_)).then_some(())).await;
        teacher.step(Say::End).await;
        teacher.sees(Phase::Podium).await;
        teacher.send(&AGAIN).await;
        lobby(&mut ada, 2).await;
        assert_eq!(eve.try_join(&hosting.pin, Some("Mia")).await.unwrap_err().code, ErrorCode::Kicked);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_added_host_plays_again_and_only_whose_game_it_is_chooses_another_quiz() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let pin = hosting.pin;
        let other = Quiz { title: "Animals".into(), ..quiz(vec![choice("Cat?", 60), choice("Dog?", 60)]) };
        let other =
            StoredQuiz { id: QuizId::parse(&format!("q{}", pin)).unwrap(), version: 1, saved_at: 1, quiz: other };
        one.node().library.store.save(&owner(one, &teacher), &other).await.unwrap();
        teacher.send(&Say::HandOver).await;
        let code = teacher.until(|frame| match frame {
            GameServerMessage::Code(code) => Some(code.code),
            _ => None,
        });
        let mut helper = Pupil::at(two).await;
        let opened = helper.open(Open { pin: pin.clone(), token: None, code: Some(code.await) }).await.unwrap();
        let (mut ada, _) = Pupil::player(two, &pin, "Ada").await;
        teacher.step(Say::End).await;
        let version = helper.sees(Phase::Podium).await.version;

        let animals = Say::Again(Again { version: Some(version), quiz: Some(other.id.clone()) });
        helper.send(&animals).await;
        assert_eq!(helper.is_refused().await.code, ErrorCode::NotHost);
        helper.send(&Say::Again(Again { version: Some(version), quiz: None })).await;
        lobby(&mut ada, 2).await;
        lobby(&mut teacher, 2).await;
        teacher.send(&Say::Again(Again { version: Some(version), quiz: None })).await;
        assert_eq!(teacher.is_refused().await.code, ErrorCode::NotNow, "it was done by the other one");

        teacher.step(Say::End).await;
        let version = teacher.sees(Phase::Podium).await.version;
        teacher.send(&Say::Again(Again { version: Some(version), quiz: Some(other.id) })).await;
        let game = ada.sees_game(|game| game.round == 3).await.game;
        assert_eq!((game.title.as_str(), game.questions, game.phase), ("Animals", 2, Phase::Lobby));
        // The helper hosts this round with the right that the first round gave them.
        let mut helper = Pupil::at(one).await;
        let hosting = helper.open(Open { pin, token: Some(opened.token), code: None }).await.unwrap();
        assert_eq!((hosting.game.title.as_str(), hosting.game.round), ("Animals", 3));
        helper.step(Say::Start).await;
        ada.sees(Phase::Open).await;
        helper.step(Say::Skip).await;
        ada.sees_game(|game| game.phase == Phase::Open && game.at == Some(1)).await;
        assert_eq!(ada.answer(1, RIGHT).await.taken, AnswerStatus::Accepted, "the first quiz has no second question");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_one_round_is_not_taken_in_the_next() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let (mut ada, _) = Pupil::player(two, &hosting.pin, "Ada").await;
        teacher.step(Say::End).await;
        teacher.sees(Phase::Podium).await;
        teacher.send(&AGAIN).await;
        lobby(&mut teacher, 2).await;
        teacher.step(Say::Start).await;
        ada.sees(Phase::Open).await;
        let given = |round| Say::Answer(SubmittedAnswer { question: 0, answer: Answer::Choice(0), round: Some(round) });
        ada.send(&given(1)).await;
        let taken = async |pupil: &mut Pupil| {
            let answered = pupil.until(|frame| match frame {
                GameServerMessage::Answered(answered) => Some(answered.taken),
                _ => None,
            });
            answered.await
        };
        assert_eq!(taken(&mut ada).await, AnswerStatus::Late);
        ada.send(&given(2)).await;
        assert_eq!(taken(&mut ada).await, AnswerStatus::Accepted);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_game_that_nobody_ends_has_results_from_its_first_reveal_on() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60), choice("2?", 60)])).await;
        let teachers = owner(one, &teacher);
        let (mut ada, _) = Pupil::player(two, &hosting.pin, "Ada").await;
        teacher.step(Say::Start).await;
        ada.sees(Phase::Open).await;
        assert_eq!(ada.answer(0, RIGHT).await.taken, AnswerStatus::Accepted);
        teacher.sees(Phase::Reveal).await;
        // Everybody leaves at once, as when a lesson ends.
        teacher.leave().await;
        ada.leave().await;
        let all = kept(two, &teachers, |kept| !kept.is_empty()).await;
        assert_eq!(
            (all.len(), all[0].unfinished, all[0].players, all[0].correct_percent),
            (1, Some((1, 2)), 1, Some(100))
        );

        // The game goes on after all, and its results are replaced; at its end they are final.
        let mut teacher = Pupil::at(two).await;
        let open = Open { pin: hosting.pin.clone(), token: Some(hosting.token.clone()), code: None };
        assert_eq!(teacher.open(open).await.unwrap().game.phase, Phase::Reveal);
        teacher.step(Say::Skip).await;
        teacher.sees(Phase::Open).await;
        teacher.step(Say::Reveal).await;
        teacher.sees(Phase::Reveal).await;
        let renewed = kept(one, &teachers, |kept| kept[0].unfinished == Some((2, 2))).await;
        assert_eq!((renewed.len(), &renewed[0].id), (1, &all[0].id));
        teacher.step(Say::End).await;
        let over = kept(one, &teachers, |kept| kept[0].unfinished.is_none()).await;
        assert_eq!((over.len(), &over[0].id), (1, &all[0].id));
        let results = one.node().library.store.result(&teachers, &over[0].id).await.unwrap().unwrap();
        assert_eq!((results.questions.len(), results.players[0].answers.len()), (2, 2));
    })
    .await;
}

/// The list of quizzes, running games and results that a browser with these cookies gets.
async fn listed(node: &TestNode, cookie: &str) -> QuizList {
    let mut browser = Browser::without_cookies(node);
    for pair in cookie.split("; ") {
        let (name, value) = pair.split_once('=').unwrap();
        browser.cookies.insert(name.into(), value.into());
    }
    let answer = browser.ask("quizzes", &[]).await.text().await.unwrap();
    wire::decode(&answer).unwrap_or_else(|| panic!("{answer}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_leads_back_to_the_games_that_one_hosts_and_to_no_others() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60), choice("2?", 60)])).await;
        let (mut ada, _) = Pupil::player(two, &hosting.pin, "Ada").await;
        let pin = hosting.pin;
        let host = format!("{}; hubbub-host-{pin}={}", teacher.cookie, hosting.token);
        let list = listed(two, &host).await;
        let game = list.running.first().unwrap();
        assert_eq!((list.running.len(), &game.pin, game.title.as_str()), (1, &pin, "Colours"));
        assert_eq!((game.phase, game.players, game.questions, game.is_own), (Phase::Lobby, 1, 2, true));
        assert!(listed(one, &teacher.cookie).await.running.is_empty(), "without what makes them a host here");
        let (_, stranger) = crate::class::session(one);
        for token in ["", "x", &hosting.token.replace('.', ":")] {
            let forged = format!("{stranger}; hubbub-host-{pin}={token}");
            assert!(listed(two, &forged).await.running.is_empty(), "{token}");
        }

        teacher.step(Say::Start).await;
        ada.sees(Phase::Open).await;
        ada.answer(0, RIGHT).await;
        teacher.sees(Phase::Reveal).await;
        kept(one, &owner(one, &teacher), |kept| !kept.is_empty()).await;
        let list = listed(one, &host).await;
        let game = list.running.first().unwrap();
        assert_eq!((game.phase, game.at, list.unfinished.len()), (Phase::Reveal, Some(0), 0), "it goes on");
        let results = game.results.clone().unwrap();

        let mut browser = Browser::without_cookies(one);
        for pair in host.split("; ") {
            let (name, value) = pair.split_once('=').unwrap();
            browser.cookies.insert(name.into(), value.into());
        }
        let page = browser.get("/quizzes").await.text().await.unwrap();
        for words in [format!("/host/{pin}"), format!("/results/{results}"), "question 1 of 2, 1 player".into()] {
            assert!(page.contains(&words), "{words}: {page}");
        }
        assert_eq!(browser.get(&format!("/host/{pin}")).await.status(), StatusCode::OK);
        let page = browser.get(&format!("/results/{results}")).await.text().await.unwrap();
        assert!(page.contains("Not finished: 1 of 2 questions"), "{page}");
        for file in ["csv?by=players", "csv?by=questions"] {
            let sheet = browser.get(&format!("/results/{results}/export.{file}")).await.text().await.unwrap();
            assert!(sheet.contains("not finished: 1 of 2 questions"), "{sheet}");
        }
        // Another browser of the same person shows the results, and cannot host the game.
        let list = listed(two, &teacher.cookie).await;
        assert_eq!((list.running.len(), list.unfinished[0].unfinished), (0, Some((1, 2))));

        teacher.step(Say::End).await;
        teacher.sees(Phase::Podium).await;
        teacher.step(Say::End).await;
        teacher.sees(Phase::Ended).await;
        assert!(listed(two, &host).await.running.is_empty(), "it has ended");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_takes_the_class_along_and_the_page_renews_the_right_of_its_host() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let (mut ada, _) = Pupil::player(two, &hosting.pin, "Ada").await;
        let pin: Pin = hosting.pin;
        teacher.step(Say::End).await;
        ada.sees(Phase::Podium).await;
        let mut browser = Browser::without_cookies(two);
        for pair in format!("{}; hubbub-host-{pin}={}", teacher.cookie, hosting.token).split("; ") {
            let (name, value) = pair.split_once('=').unwrap();
            browser.cookies.insert(name.into(), value.into());
        }
        let answer = browser.sends_form("play-again", &[("pin", pin.as_str())], &format!("/host/{pin}")).await;
        assert_eq!(answer.url().path(), format!("/host/{pin}"));
        assert!(answer.text().await.unwrap().contains("Same class, new round"));
        lobby(&mut ada, 2).await;
        let renewed = browser.cookies.get(&format!("hubbub-host-{pin}")).unwrap();
        let open = Open { pin: pin.clone(), token: Some(renewed.clone()), code: None };
        assert_eq!(Pupil::at(one).await.open(open).await.unwrap().game.round, 2);
        let page = browser.ask("host-page", &[("pin", pin.as_str())]).await.text().await.unwrap();
        let page: HostPage = wire::decode(&page).unwrap_or_else(|| panic!("{page}"));
        assert_eq!((page.game.round, page.quiz.is_some()), (2, true));

        let mut stranger = Browser::at(one).await;
        let refused = stranger.ask("play-again", &[("pin", pin.as_str())]).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let early = browser.ask("play-again", &[("pin", pin.as_str())]).await;
        assert!(early.text().await.unwrap().contains("This game is not over yet."));
    })
    .await;
}
