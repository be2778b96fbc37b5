//! A host renames a player, on one node and on two.

use protocol::game::frame::{Again, Joined, Rename, Renamed};
use protocol::game::{Answer, AnswerStatus, GameClientMessage as Say, GameServerMessage, Phase};
use protocol::quiz::Quiz;
use protocol::{ErrorCode, Name, UserId};

use crate::class::{Pupil, any_user, choice, everywhere, name, quiz};
use crate::node::TestNode;
use crate::polling::{PATIENCE, poll_until};

const RIGHT: Answer = Answer::Choice(1);

fn rename(player: &UserId, nickname: &str) -> Say {
    Say::Rename(Rename { player: player.clone(), nickname: nickname.into() })
}

/// What a player is told of their name.
async fn told(pupil: &mut Pupil) -> Renamed {
    let renamed = |frame| match frame {
        GameServerMessage::Renamed(renamed) => Some(renamed),
        _ => None,
    };
    pupil.until(renamed).await
}

/// Waits until the hosts see these names, in the order of their coming.
async fn sees_names(teacher: &mut Pupil, names: &[&str]) {
    let names: Vec<Name> = names.iter().map(|text| name(text)).collect();
    teacher.sees_players(|players| players.players.iter().map(|one| &one.name).eq(&names)).await;
}

/// The name and the game of somebody who comes back without giving a name.
async fn comes_back(node: &TestNode, pupil: &Pupil, joined: &Joined) -> Joined {
    Pupil::with(node, &pupil.cookie).await.try_join(&joined.pin, None).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_player_who_comes_in_again_under_another_name_is_seen_under_it() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let (mut ada, _) = Pupil::player(two, &hosting.pin, "Ada").await;
        sees_names(&mut teacher, &["Ada"]).await;
        assert_eq!(ada.try_join(&hosting.pin, Some("Eve")).await.unwrap().you.name, name("Eve"), "the same tab");
        sees_names(&mut teacher, &["Eve"]).await;
        for (node, nickname) in [(one, "Eva"), (two, "Host")] {
            let mut tab = Pupil::with(node, &ada.cookie).await;
            tab.try_join(&hosting.pin, Some(nickname)).await.unwrap();
            sees_names(&mut teacher, &[nickname]).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_calls_a_player_by_another_name_and_everybody_sees_it() {
    everywhere(async |one, two| {
        let filtered = Quiz { filter: true, ..quiz(vec![choice("1?", 60)]) };
        let (mut teacher, hosting) = Pupil::teacher(one, filtered).await;
        let pin = hosting.pin.clone();
        let (mut ada, joined) = Pupil::player(two, &pin, "Silly").await;
        let (mut ben, bens) = Pupil::player(one, &pin, "Ben").await;
        let mut other_tab = Pupil::with(one, &ada.cookie).await;
        other_tab.try_join(&pin, None).await.unwrap();
        let id = &joined.you.id;
        ben.send(&rename(id, "Mean")).await;
        assert_eq!(ben.is_refused().await.code, ErrorCode::NotHost);

        teacher.send(&rename(id, "  Ada \u{200B} B. ")).await;
        let wanted = Renamed { pin: pin.clone(), name: name("Ada B."), by_host: true };
        assert_eq!((told(&mut ada).await, told(&mut other_tab).await), (wanted.clone(), wanted));
        sees_names(&mut teacher, &["Ada B.", "Ben"]).await;
        assert_eq!(comes_back(one, &ada, &joined).await.you.name, name("Ada B."));

        // The same rename again changes nothing, and nobody is told again.
        teacher.send(&rename(id, "Ada B.")).await;
        teacher.send(&rename(&bens.you.id, "Benno")).await;
        assert_eq!(told(&mut ben).await.name, name("Benno"));
        sees_names(&mut teacher, &["Ada B.", "Benno"]).await;
        ada.send(&Say::Ping).await;
        ada.until(|frame| matches!(frame, GameServerMessage::Pong).then_some(())).await;
        assert_eq!(
            ada.received.iter().filter(|text| text.contains(r#""type":"renamed""#)).count(),
            1,
            "{:?}",
            ada.received
        );

        // The name before is free, the new one is not.
        let (_cem, _) = Pupil::player(two, &pin, "Silly").await;
        let refused = Pupil::at(one).await.try_join(&pin, Some("ada b.")).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::NicknameTaken);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_reads_why_a_name_is_not_given_and_which_is_free() {
    everywhere(async |one, two| {
        let filtered = Quiz { filter: true, ..quiz(vec![choice("1?", 60)]) };
        let (mut teacher, hosting) = Pupil::teacher(one, filtered).await;
        let (mut ada, joined) = Pupil::player(two, &hosting.pin, "Ada").await;
        let (_ben, bens) = Pupil::player(two, &hosting.pin, "Ben").await;
        let mut refused = async |player: &UserId, nickname: &str| {
            teacher.send(&rename(player, nickname)).await;
            let refusal = teacher.is_refused().await;
            (refusal.code, refusal.message)
        };
        let ada_id = &joined.you.id;
        let taken = refused(ada_id, "BEN").await;
        assert_eq!(taken, (ErrorCode::NicknameTaken, "The name BEN is taken in this game. Try BEN 2.".into()));
        assert_eq!(refused(ada_id, " \u{3164} ").await, (ErrorCode::BadNickname, "Choose a nickname.".into()));
        assert_eq!(refused(ada_id, "...").await.0, ErrorCode::BadNickname);
        assert_eq!(refused(ada_id, &"x".repeat(21)).await.0, ErrorCode::BadNickname);
        let gone = (ErrorCode::NotNow, "This player is not in the game any more.".to_owned());
        assert_eq!(refused(&any_user(), "Zoe").await, gone);
        // What a pupil may not choose, a teacher may.
        assert_eq!(
            Pupil::at(one).await.try_join(&hosting.pin, Some("sh1t")).await.unwrap_err().code,
            ErrorCode::BadNickname
        );
        teacher.send(&rename(ada_id, "sh1t")).await;
        assert_eq!(told(&mut ada).await.name, name("sh1t"));
        sees_names(&mut teacher, &["sh1t", bens.you.name.as_str()]).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn points_and_streak_stay_and_nobody_reads_the_old_name_again() {
    everywhere(async |one, two| {
        let streaks = Quiz { streaks: true, ..quiz(vec![choice("1?", 60), choice("2?", 60)]) };
        let (mut teacher, hosting) = Pupil::teacher(one, streaks).await;
        let teachers = one.node().games.owner(&one.node().games.load(&hosting.pin).await.unwrap().key).await.unwrap();
        let (mut ada, joined) = Pupil::player(two, &hosting.pin, "Silly").await;
        let (mut ben, _) = Pupil::player(two, &hosting.pin, "Ben").await;
        let id = &joined.you.id;
        teacher.step(Say::Start).await;
        ada.sees(Phase::Open).await;
        ben.sees(Phase::Open).await;
        assert_eq!(ada.answer(0, RIGHT).await.taken, AnswerStatus::Accepted);
        assert_eq!(ben.answer(0, Answer::Choice(0)).await.taken, AnswerStatus::Accepted);
        let won = ada.outcome(0).await;
        let lost = ben.outcome(0).await;
        let (before, behind) = lost.ahead.clone().unwrap();
        assert_eq!((before, won.place, won.streak), (name("Silly"), 1, 1));

        teacher.send(&rename(id, "Ada")).await;
        assert_eq!(told(&mut ada).await.name, name("Ada"));
        assert_eq!(ben.outcome(0).await.ahead, Some((name("Ada"), behind)), "on the phone of who is behind, too");
        let back = comes_back(two, &ben, &joined).await;
        assert_eq!(back.outcome.unwrap().ahead, Some((name("Ada"), behind)));
        let back = comes_back(one, &ada, &joined).await;
        assert_eq!((back.you.name, back.score), (name("Ada"), won.score));
        teacher.step(Say::Next).await;
        let places = ben.sees(Phase::Places).await.game;
        assert_eq!(places.leaders[0].name, name("Ada"));
        teacher.step(Say::Next).await;
        ada.sees(Phase::Open).await;
        ada.answer(1, RIGHT).await;
        ben.answer(1, RIGHT).await;
        let won = ada.outcome(1).await;
        assert_eq!((won.streak, won.place), (2, 1));

        // On the podium, too, and in what is kept of it.
        teacher.step(Say::End).await;
        teacher.sees(Phase::Podium).await;
        let kept = async |called: &str| {
            let found = poll_until(PATIENCE, async || {
                let all = two.node().library.store.results(&teachers).await.unwrap();
                let over = all.first().filter(|one| one.unfinished.is_none())?;
                let results = two.node().library.store.result(&teachers, &over.id).await.unwrap()?;
                (results.players[0].name == name(called)).then_some(results)
            });
            found.await.unwrap_or_else(|| panic!("{called} is not kept"))
        };
        assert_eq!(kept("Ada").await.players[0].score, won.score);
        teacher.send(&rename(id, "Ada Lovelace")).await;
        ben.sees_game(|game| game.leaders.iter().any(|leader| leader.name == name("Ada Lovelace"))).await;
        let results = kept("Ada Lovelace").await;
        assert_eq!((results.players[0].score, results.players.len()), (won.score, 2));

        // The class plays again: the name goes along.
        teacher.send(&Say::Again(Again::default())).await;
        ben.sees_game(|game| game.phase == Phase::Lobby && game.round == 2).await;
        sees_names(&mut teacher, &["Ada Lovelace", "Ben"]).await;
        assert_eq!(comes_back(one, &ada, &joined).await.you.name, name("Ada Lovelace"));
    })
    .await;
}
