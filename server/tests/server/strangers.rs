//! What strangers can do to a game: guess its PIN, fill its seats.

use std::time::{Duration, Instant};

use protocol::game::GameClientMessage as Say;
use protocol::game::frame::{Join, Open};
use protocol::{ErrorCode, Pin};
use server::games::{Newcomer, SeatOutcome};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::class::{Pupil, any_user, choice, everywhere, everywhere_with, name, quiz};
use crate::node::TestNode;

/// Wrong PINs in a minute that are not delayed.
const FREE: usize = 60;
/// How many requests of one network are delayed at a time, on one node.
const DELAYED: usize = 32;

/// Guesses until it is dropped, as often at a time as a node delays: from then on, whoever else would
/// be delayed is refused.
async fn keep_guessing(node: &TestNode, wrong: &Pin) -> JoinSet<()> {
    let (is_full, mut full) = mpsc::channel(1);
    let mut guessing = JoinSet::new();
    for _ in 0..=DELAYED {
        let (mut guesser, wrong, is_full) = (Pupil::at(node).await, wrong.clone(), is_full.clone());
        guessing.spawn(async move {
            while guesser.try_join(&wrong, Some("Eve")).await.unwrap_err().code != ErrorCode::RateLimited {}
            let _ = is_full.try_send(());
        });
    }
    full.recv().await.expect("a guess is refused");
    guessing
}

#[tokio::test(flavor = "multi_thread")]
async fn one_pupil_who_guesses_pins_locks_nobody_out() {
    // What one session may ask is another limit; here one session is as fast as many.
    everywhere_with(&["--rate-limit", "off"], async |one, two| {
        let (teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let pin = hosting.pin;
        let (ada, joined) = Pupil::player(two, &pin, "Ada").await;
        let mut guesser = Pupil::at(two).await;
        let wrong = Pin::parse("012345").unwrap();
        for _ in 0..FREE {
            assert_eq!(guesser.try_join(&wrong, Some("Eve")).await.unwrap_err().code, ErrorCode::NoGame);
        }
        let guessing = Instant::now();
        assert_eq!(guesser.try_join(&wrong, Some("Eve")).await.unwrap_err().code, ErrorCode::NoGame, "no wall");
        assert!(guessing.elapsed() >= Duration::from_secs(1), "but a wait");
        // A newcomer is delayed as long as the guesser, and enters.
        Pupil::player(one, &pin, "Ben").await;
        Pupil::player(two, &pin, "Cem").await;

        // All who are of the game come back without a delay, on every node: a delay would be a refusal now.
        let _guessing = [keep_guessing(one, &wrong).await, keep_guessing(two, &wrong).await];
        assert_eq!(guesser.try_join(&pin, Some("Eve")).await.unwrap_err().code, ErrorCode::RateLimited);
        let cookie = format!("{}; hubbub-host-{pin}={}", teacher.cookie, hosting.token);
        let mut host = Pupil::with(two, &cookie).await;
        host.open(Open { pin: pin.clone(), token: None, code: None }).await.unwrap();
        let mut elsewhere = Pupil::at(two).await;
        let token = Some(hosting.token.clone());
        elsewhere.open(Open { pin: pin.clone(), token, code: None }).await.unwrap();
        let mut back = Pupil::with(one, &ada.cookie).await;
        back.try_join(&pin, None).await.unwrap();
        let mut cookieless = Pupil::at(one).await;
        let seat = Some(joined.seat.clone());
        cookieless.send(&Say::Join(Join { pin: pin.clone(), nickname: None, seat })).await;
        cookieless.until(|frame| matches!(frame, protocol::game::GameServerMessage::Joined(_)).then_some(())).await;
        let page = reqwest::Client::new().get(one.url(&format!("/play/{pin}"))).header("cookie", &ada.cookie);
        assert_eq!(page.send().await.unwrap().status(), 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_fills_a_game_has_to_wait_and_a_class_has_not() {
    // So few a minute that none comes in meanwhile on a slow machine.
    let flags = ["--seats-per-address", "40/2"];
    everywhere_with(&flags, async |one, two| {
        let (_teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let pin = hosting.pin;
        let mut class = Vec::new();
        for number in 0..40 {
            let node = if number % 2 == 0 { one } else { two };
            class.push(Pupil::player(node, &pin, &format!("Pupil {number}")).await.0);
        }
        let mut bots = Vec::new();
        for number in 0..20 {
            let mut bot = Pupil::at(two).await;
            if let Err(refusal) = bot.try_join(&pin, Some(&format!("Bot {number}"))).await {
                assert_eq!((refusal.code, refusal.temporary), (ErrorCode::RateLimited, true), "{refusal:?}");
                assert!(refusal.retry_after_ms.is_some_and(|wait| (1..=30_000).contains(&wait)), "{refusal:?}");
                bots.push(bot);
            }
        }
        assert!(bots.len() > 10, "{} of 20 bots had to wait", bots.len());
        let mut back = Pupil::with(two, &class[0].cookie).await;
        back.try_join(&pin, None).await.unwrap();
        let (_teacher, other) = Pupil::teacher(two, quiz(vec![choice("1?", 60)])).await;
        Pupil::player(one, &other.pin, "Ada").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_crowd_of_one_name_the_next_is_offered_a_free_one() {
    everywhere(async |one, two| {
        let (_teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let games = &one.node().games;
        let key = games.load(&hosting.pin).await.unwrap().key;
        for number in 1..=60 {
            let called = if number == 1 { "Ada".to_owned() } else { format!("Ada {number}") };
            let (player, name) = (any_user(), name(&called));
            let skeleton = &::quiz::nickname::skeleton(&name);
            let newcomer = Newcomer { player: &player, name: &name, skeleton, most: 5_000, arrivals: &[], network: "" };
            assert!(matches!(games.store().seat(&key, newcomer).await.unwrap(), SeatOutcome::At(_)));
        }
        let mut ada = Pupil::at(two).await;
        let refusal = ada.try_join(&hosting.pin, Some("ada")).await.unwrap_err();
        assert_eq!(refusal.code, ErrorCode::NicknameTaken);
        let (_, free) = refusal.message.rsplit_once("Try ").unwrap();
        ada.join(&hosting.pin, free.trim_end_matches('.')).await;
    })
    .await;
}
