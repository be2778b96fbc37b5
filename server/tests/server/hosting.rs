//! What hosts do: with the clock, the lock, and with each other.

use std::time::{Duration, Instant};

use protocol::game::frame::{Again, Extend, HostPresence, Join, Kick, Lock, Open, Step};
use protocol::game::{Answer, AnswerStatus, GameClientMessage as Say, GameServerMessage, Phase};
use protocol::{CloseCode, ErrorCode};

use crate::class::{Pupil, choice, everywhere, everywhere_with, name, quiz};
use crate::node::TestNode;
use crate::polling::{PATIENCE, poll_until};

const RIGHT: Answer = Answer::Choice(1);

#[tokio::test(flavor = "multi_thread")]
async fn the_host_stops_the_clock_and_gives_more_time() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let (mut ada, _) = Pupil::player(two, &hosting.pin, "Ada").await;
        let (_ben, _) = Pupil::player(two, &hosting.pin, "Ben").await;
        teacher.step(Say::Start).await;
        let open = ada.sees(Phase::Open).await.game;
        teacher.sees(Phase::Open).await;

        teacher.step(Say::Pause).await;
        let left = ada.sees_game(|game| game.paused.is_some()).await.game.paused.unwrap();
        assert!((1..=60_000).contains(&left), "{left}");
        let refusal = ada.try_answer(0, RIGHT).await.unwrap_err();
        assert_eq!((refusal.code, refusal.message.as_str()), (ErrorCode::NotNow, "The game is paused."));
        // A pause of no whole millisecond would move nothing.
        let (seen, moment) = (Instant::now(), Duration::from_millis(2));
        poll_until(PATIENCE, async || (seen.elapsed() > moment).then_some(())).await.unwrap();
        teacher.step(Say::Resume).await;
        let resumed = ada.sees_game(|game| game.paused.is_none()).await.game;
        assert!(resumed.closes_at > open.closes_at);

        teacher.send(&Say::Extend(Extend { seconds: Some(30) })).await;
        let extended = ada.sees_game(|game| game.closes_at > resumed.closes_at).await.game;
        assert_eq!(extended.closes_at, resumed.closes_at.map(|closes_at| closes_at + 30_000));
        teacher.send(&Say::Extend(Extend { seconds: None })).await;
        assert_eq!(ada.sees_game(|game| game.closes_at.is_none()).await.game.phase, Phase::Open, "no end");
        assert_eq!(ada.answer(0, RIGHT).await.taken, AnswerStatus::Accepted);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_sent_away_stays_away() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let pin = hosting.pin;
        let (mut ada, joined) = Pupil::player(two, &pin, "Ada").await;
        teacher.sees_players(|players| players.count == 1).await;
        ada.send(&Say::Kick(Kick { player: Some(joined.you.id.clone()), ..Kick::default() })).await;
        assert_eq!(ada.is_refused().await.code, ErrorCode::NotHost);
        teacher.send(&Say::Kick(Kick { player: Some(joined.you.id), ..Kick::default() })).await;
        ada.until(|frame| matches!(frame, GameServerMessage::Kicked(_)).then_some(())).await;
        teacher.sees_players(|players| players.count == 0).await;
        assert_eq!(ada.try_answer(0, RIGHT).await.unwrap_err().code, ErrorCode::NotInGame);
        assert_eq!(ada.try_join(&pin, Some("Ada")).await.unwrap_err().code, ErrorCode::Kicked);
        let mut again = Pupil::with(one, &ada.cookie).await;
        assert_eq!(again.try_join(&pin, Some("Eve")).await.unwrap_err().code, ErrorCode::Kicked);
        let (_other, joined) = Pupil::player(one, &pin, "Ada").await;
        assert_eq!(joined.you.name, name("Ada"), "the name is free again");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_door_lets_in_who_was_in_before() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let pin = hosting.pin;
        let (mut ada, _) = Pupil::player(two, &pin, "Ada").await;
        teacher.send(&Say::Lock(Lock { locked: true })).await;
        ada.sees_game(|game| game.locked).await;
        let mut ben = Pupil::at(two).await;
        assert_eq!(ben.try_join(&pin, Some("Ben")).await.unwrap_err().code, ErrorCode::Locked);
        let mut back = Pupil::with(one, &ada.cookie).await;
        back.join(&pin, "Ada").await;
        teacher.send(&Say::Lock(Lock { locked: false })).await;
        ada.sees_game(|game| !game.locked).await;
        ben.join(&pin, "Ben").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_is_pressed_twice_is_done_once() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60), choice("2?", 60)])).await;
        let mut helper = Pupil::at(two).await;
        let open = Open { pin: hosting.pin, token: Some(hosting.token), code: None };
        let version = helper.open(open).await.unwrap().version;
        let start = Say::Start(Step { version: Some(version) });
        teacher.send(&start).await;
        teacher.sees(Phase::Ready).await;
        helper.send(&start).await;
        assert_eq!(helper.is_refused().await.code, ErrorCode::NotNow);
        assert_eq!(teacher.sees(Phase::Open).await.game.at, Some(0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_makes_one_more_host_and_only_one() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        teacher.send(&Say::HandOver).await;
        let code = teacher.until(|frame| match frame {
            GameServerMessage::Code(code) => Some(code.code),
            _ => None,
        });
        let open = Open { pin: hosting.pin, token: None, code: Some(code.await.to_uppercase()) };
        let mut helper = Pupil::at(two).await;
        helper.open(open.clone()).await.unwrap();
        helper.step(Say::Start).await;
        teacher.sees(Phase::Ready).await;
        let mut third = Pupil::at(two).await;
        assert_eq!(third.open(open).await.unwrap_err().code, ErrorCode::NotHost);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn players_hear_that_the_host_is_gone_and_back() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let (mut ada, _) = Pupil::player(two, &hosting.pin, "Ada").await;
        teacher.sees_players(|players| players.count == 1).await;
        teacher.leave().await;
        let host = |frame| match frame {
            GameServerMessage::Host(host) => Some(host),
            _ => None,
        };
        assert_eq!(ada.until(host).await, HostPresence { here: false });
        let mut teacher = Pupil::at(one).await;
        teacher.open(Open { pin: hosting.pin, token: Some(hosting.token), code: None }).await.unwrap();
        assert_eq!(ada.until(host).await, HostPresence { here: true });
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_added_host_who_plays_again_uses_up_their_own_games_of_the_hour() {
    everywhere_with(&["--games-per-person", "2"], async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let again = Say::Again(Again::default());
        teacher.send(&Say::HandOver).await;
        let code = teacher.until(|frame| match frame {
            GameServerMessage::Code(code) => Some(code.code),
            _ => None,
        });
        let mut helper = Pupil::at(two).await;
        helper.open(Open { pin: hosting.pin, token: None, code: Some(code.await) }).await.unwrap();
        for round in 2..=3 {
            helper.step(Say::End).await;
            helper.sees(Phase::Podium).await;
            helper.send(&again).await;
            helper.sees_game(|game| game.phase == Phase::Lobby && game.round == round).await;
        }
        helper.step(Say::End).await;
        helper.sees(Phase::Podium).await;
        helper.send(&again).await;
        assert_eq!(helper.is_refused().await.code, ErrorCode::RateLimited, "two of the helper's");
        teacher.sees_game(|game| game.phase == Phase::Podium && game.round == 3).await;
        teacher.send(&again).await;
        helper.sees_game(|game| game.phase == Phase::Lobby && game.round == 4).await;
        teacher.step(Say::End).await;
        teacher.sees(Phase::Podium).await;
        teacher.send(&again).await;
        assert_eq!(teacher.is_refused().await.code, ErrorCode::RateLimited, "two of the teacher's, with the first");
    })
    .await;
}

/// Ends the session of a cookie, as the button on the front page does.
async fn sign_out(node: &TestNode, cookie: &str) {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answer = client.post(node.url("/api/sign-out")).header("cookie", cookie).header("accept", "text/html");
    assert_eq!(answer.send().await.unwrap().status(), 302);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_hosts_and_plays_no_more_whoever_shows_their_tokens() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let pin = hosting.pin;
        teacher.send(&Say::HandOver).await;
        let code = teacher.until(|frame| match frame {
            GameServerMessage::Code(code) => Some(code.code),
            _ => None,
        });
        let mut helper = Pupil::at(two).await;
        let by_code = Open { pin: pin.clone(), token: None, code: Some(code.await) };
        let helping = helper.open(by_code).await.unwrap();
        let (ada, joined) = Pupil::player(one, &pin, "Ada").await;
        let (mut ben, _) = Pupil::player(two, &pin, "Ben").await;

        // Each token is on another connection, of somebody else, as well.
        let by_token = |token: &str| Open { pin: pin.clone(), token: Some(token.into()), code: None };
        let (mut as_owner, mut as_added) = (Pupil::at(two).await, Pupil::at(one).await);
        as_owner.open(by_token(&hosting.token)).await.unwrap();
        as_added.open(by_token(&helping.token)).await.unwrap();
        let seat = Join { pin: pin.clone(), nickname: None, seat: Some(joined.seat.clone()) };
        let mut as_ada = Pupil::at(two).await;
        as_ada.send(&Say::Join(seat.clone())).await;
        as_ada.until(|frame| matches!(frame, GameServerMessage::Joined(_)).then_some(())).await;

        for (node, cookie) in [(one, &teacher.cookie), (one, &helper.cookie), (two, &ada.cookie)] {
            sign_out(node, cookie).await;
        }
        for mut socket in [teacher, helper, ada, as_owner, as_added, as_ada] {
            assert_eq!(socket.is_closed().await, CloseCode::SignedOut.number());
        }
        for node in [one, two] {
            for token in [&hosting.token, &helping.token] {
                let refusal = Pupil::at(node).await.open(by_token(token)).await.unwrap_err();
                assert_eq!(refusal.code, ErrorCode::NotHost);
            }
            let mut stranger = Pupil::at(node).await;
            stranger.send(&Say::Join(seat.clone())).await;
            // Somebody new, without a name yet.
            assert_ne!(stranger.is_refused().await.code, ErrorCode::Kicked);
        }
        ben.send(&Say::Ping).await;
        ben.until(|frame| matches!(frame, GameServerMessage::Pong).then_some(())).await;
    })
    .await;
}
