//! Who may enter and host a game: newcomers whom a host admits, several players who are
//! kicked at once, networks that are blocked, hosts who are removed.

use std::cell::Cell;

use protocol::ErrorCode;
use protocol::game::frame::{Admit, Decline, Entrance, Hosting, Kick, Open, RemoveHost, SetAdmission};
use protocol::game::{Admission, GameClientMessage as Say, GameServerMessage, Phase};

use crate::class::{Pupil, choice, everywhere, quiz};
use crate::node::TestNode;

async fn teacher(node: &TestNode) -> (Pupil, Hosting) {
    Pupil::teacher(node, quiz(vec![choice("1?", 60)])).await
}

async fn sees_entrance(host: &mut Pupil, wanted: impl Fn(&Entrance) -> bool) -> Entrance {
    host.until(|frame| match frame {
        GameServerMessage::Entrance(entrance) if wanted(&entrance) => Some(entrance),
        _ => None,
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn several_are_sent_away_at_once_and_their_network_is_blocked() {
    everywhere(async |one, two| {
        let (mut host, hosting) = teacher(one).await;
        let pin = hosting.pin;
        let (ada, _) = Pupil::player(one, &pin, "Ada").await;
        let mut bots = Vec::new();
        for number in 0..3 {
            bots.push(Pupil::player(two, &pin, &format!("Bot {number}")).await);
        }
        let players = bots.iter().map(|(_, joined)| joined.you.id.clone()).collect();
        host.send(&Say::Kick(Kick { players, block: true, player: None })).await;
        for (bot, _) in &mut bots {
            bot.until(|frame| matches!(frame, GameServerMessage::Kicked(_)).then_some(())).await;
        }
        // The two frames come in any order.
        let (are_gone, is_blocked) = (Cell::new(false), Cell::new(false));
        host.until(|frame| {
            match frame {
                GameServerMessage::Players(players) => are_gone.set(players.count == 1),
                GameServerMessage::Entrance(entrance) => is_blocked.set(entrance.blocked == 1),
                _ => {}
            }
            (are_gone.get() && is_blocked.get()).then_some(())
        })
        .await;

        let mut again = Pupil::at(two).await;
        let refusal = again.try_join(&pin, Some("Bot 0")).await.unwrap_err();
        assert_eq!(refusal.code, ErrorCode::Locked, "a new cookie does not undo it");
        assert!(refusal.message.contains("for 10 minutes"), "{}", refusal.message);
        Pupil::with(two, &ada.cookie).await.try_join(&pin, None).await.unwrap();
        host.send(&Say::Pardon).await;
        sees_entrance(&mut host, |entrance| entrance.blocked == 0).await;
        again.join(&pin, "Ben").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_new_waits_until_the_host_lets_them_in() {
    everywhere(async |one, two| {
        let (mut host, hosting) = teacher(one).await;
        let pin = hosting.pin;
        host.send(&Say::Admission(SetAdmission { admission: Admission::Approve })).await;
        host.sees_game(|game| game.admission == Admission::Approve).await;
        let [mut ada, mut ben, mut eve] = [Pupil::at(two).await, Pupil::at(one).await, Pupil::at(two).await];
        for (pupil, called) in [(&mut ada, "Ada"), (&mut ben, "Ben"), (&mut eve, "Eve")] {
            let refusal = pupil.try_join(&pin, Some(called)).await.unwrap_err();
            assert_eq!((refusal.code, refusal.temporary), (ErrorCode::Waiting, true));
            assert_eq!(refusal.message, "Waiting for the host to let you in.");
            assert!(refusal.retry_after_ms.is_some());
        }
        let entrance = sees_entrance(&mut host, |entrance| entrance.waiting.len() == 3).await;
        let id = |called: &str| entrance.waiting.iter().find(|one| one.name.as_str() == called).unwrap().id.clone();
        host.send(&Say::Admit(Admit { players: vec![id("Ada")], all: false })).await;
        sees_entrance(&mut host, |entrance| entrance.waiting.len() == 2).await;
        ada.join(&pin, "Ada").await;
        host.send(&Say::Decline(Decline { players: vec![id("Eve")] })).await;
        sees_entrance(&mut host, |entrance| entrance.waiting.len() == 1).await;
        let refusal = eve.try_join(&pin, Some("Eve")).await.unwrap_err();
        assert_eq!((refusal.code, refusal.message.as_str()), (ErrorCode::Kicked, "The host did not let you in."));

        // A host who comes later, to another node, sees who waits.
        let mut helper = Pupil::at(two).await;
        let open = Open { pin: pin.clone(), token: Some(hosting.token), code: None };
        assert_eq!(helper.open(open).await.unwrap().entrance.waiting[0].name.as_str(), "Ben");
        ada.send(&Say::Admit(Admit { all: true, players: vec![] })).await;
        assert_eq!(ada.is_refused().await.code, ErrorCode::NotHost);
        helper.send(&Say::Admit(Admit { all: true, players: vec![] })).await;
        sees_entrance(&mut host, |entrance| entrance.waiting.is_empty()).await;
        ben.join(&pin, "Ben").await;
        Pupil::with(two, &ada.cookie).await.try_join(&pin, None).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_when_the_game_ends_reads_that_it_is_over() {
    everywhere(async |one, two| {
        let (mut host, hosting) = teacher(one).await;
        host.send(&Say::Admission(SetAdmission { admission: Admission::Approve })).await;
        host.sees_game(|game| game.admission == Admission::Approve).await;
        let mut ada = Pupil::at(two).await;
        assert_eq!(ada.try_join(&hosting.pin, Some("Ada")).await.unwrap_err().code, ErrorCode::Waiting);
        host.step(Say::End).await;
        host.sees_game(|game| game.phase == Phase::Podium).await;
        let refusal = ada.try_join(&hosting.pin, Some("Ada")).await.unwrap_err();
        assert_eq!((refusal.code, refusal.message.as_str()), (ErrorCode::NoGame, "This game is over."));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_who_was_removed_is_one_no_more_on_any_node() {
    everywhere(async |one, two| {
        let (mut host, hosting) = teacher(one).await;
        let pin = hosting.pin.clone();
        host.send(&Say::HandOver).await;
        let code = host.until(|frame| match frame {
            GameServerMessage::Code(code) => Some(code.code),
            _ => None,
        });
        let open = Open { pin: pin.clone(), token: None, code: Some(code.await) };
        let mut helper = Pupil::at(two).await;
        let helping = helper.open(open).await.unwrap();
        assert_ne!(helping.token, hosting.token, "each has a token of their own");
        let mut tab = Pupil::at(one).await;
        let by_token = Open { pin: pin.clone(), token: Some(helping.token.clone()), code: None };
        assert_eq!(tab.open(by_token.clone()).await.unwrap().host, helping.host);
        let hosts = host.until(|frame| match frame {
            GameServerMessage::Hosts(hosts) if hosts.hosts.len() == 1 => Some(hosts.hosts),
            _ => None,
        });
        let added = hosts.await.remove(0);
        assert_eq!(Some(&added.id), helping.host.as_ref());

        host.send(&Say::RemoveHost(RemoveHost { host: added.id.clone() })).await;
        for removed in [&mut helper, &mut tab] {
            let refusal = removed.is_refused().await;
            assert_eq!(refusal.code, ErrorCode::NotHost);
            assert!(refusal.message.contains("removed you"), "{}", refusal.message);
            removed.step(Say::Start).await;
            assert_eq!(removed.is_refused().await.code, ErrorCode::NotInGame);
            assert_eq!(removed.open(by_token.clone()).await.unwrap_err().code, ErrorCode::NotHost);
        }
        host.until(|frame| matches!(frame, GameServerMessage::Hosts(hosts) if hosts.hosts.is_empty()).then_some(()))
            .await;
        host.send(&Say::RemoveHost(RemoveHost { host: added.id })).await;
        assert_eq!(host.is_refused().await.code, ErrorCode::NotNow, "once");
        host.step(Say::Start).await;
        assert_eq!(host.sees(Phase::Ready).await.game.phase, Phase::Ready, "whoever began it hosts on");
    })
    .await;
}
