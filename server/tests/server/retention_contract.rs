//! What every sweep promises: it removes what nobody has used for long (`server/src/retention/mod.rs`).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use protocol::quiz::{Question, Quiz, Results};
use protocol::{PictureId, Pin, ResultsId};
use realtime::channel::Channel;
use server::quizzes::QuizzesError;
use server::quota::{Payer, QuotaError};
use server::retention::{self, Policy, Retention};
use server::rooms::Listing;

use crate::node::TestNode;
use crate::quizzes_fixture::{QuizStoreFixture, payer, quiz_id, user};
use crate::redis_server::RedisServer;
use crate::rooms_fixture::room;
use crate::visitor::Visitor;

contract!(QuizStoreFixture on embedded, postgres => [
    an_author_who_does_not_come_back_goes_with_all_they_had,
    a_picture_stays_while_a_version_of_a_quiz_names_it,
    one_node_sweeps_in_a_period,
]);

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
const NEVER: Policy = Policy { rooms: None, quizzes: None, results: None };

fn days(days: u64) -> Retention {
    Some(Duration::from_secs(days * 24 * 60 * 60))
}

fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap()
}

async fn sweep(shelf: &QuizStoreFixture, policy: Policy, in_days: u64) {
    retention::round(&*shelf.sweep, policy, now_ms() + in_days * DAY_MS).await.unwrap();
}

fn with_picture(picture: &PictureId) -> Quiz {
    let question = Question { text: "What is it?".into(), picture: Some(picture.clone()), ..Question::default() };
    Quiz { title: "Pictures".into(), questions: vec![question], ..Quiz::default() }
}

fn results(id: &str) -> Results {
    Results {
        id: ResultsId::parse(id).unwrap(),
        pin: Pin::parse("123456").unwrap(),
        title: "Planets".into(),
        ended_at: now_ms(),
        unfinished_of: None,
        questions: vec![],
        players: vec![],
        renames: 0,
    }
}

async fn an_author_who_does_not_come_back_goes_with_all_they_had(shelf: QuizStoreFixture) {
    let library = shelf.library();
    let (ana, ben) = (payer("ana", "192.0.2.1"), payer("ben", "192.0.2.1"));
    for owner in [&ana, &ana, &ben] {
        library.save(owner, None, 0, Quiz::default()).await.unwrap();
    }
    library.store_results(&user("ana"), &results("game1")).await.unwrap();
    sweep(&shelf, Policy { quizzes: days(100), ..NEVER }, 99).await;
    assert_eq!((shelf.listed("ana").await.len(), shelf.listed("ben").await.len()), (2, 1), "not yet");
    shelf.kept.visit(&user("ben"), now_ms() + 99 * DAY_MS).await.unwrap();
    sweep(&shelf, NEVER, 1000).await;
    assert_eq!(shelf.listed("ana").await.len(), 2, "never is never");
    sweep(&shelf, Policy { quizzes: days(100), ..NEVER }, 101).await;
    assert_eq!((shelf.listed("ana").await.len(), shelf.listed("ben").await.len()), (0, 1));
    assert!(shelf.kept.results(&user("ana")).await.unwrap().is_empty());
    // Whoever does come back begins anew.
    library.save(&ana, None, 0, Quiz::default()).await.unwrap();
}

async fn a_picture_stays_while_a_version_of_a_quiz_names_it(shelf: QuizStoreFixture) {
    let library = shelf.library();
    let ana = payer("ana", "192.0.2.1");
    let [named, unnamed] = ["00", "11"].map(|digits| PictureId::parse(&format!("{}.png", digits.repeat(16))).unwrap());
    for picture in [&named, &unnamed] {
        assert!(shelf.kept.put_picture(picture, "picture".into()).await.unwrap());
        assert!(!shelf.kept.put_picture(picture, "picture".into()).await.unwrap(), "it is there already");
    }
    let one = library.save(&ana, None, 0, with_picture(&named)).await.unwrap();
    let two = library.save(&ana, None, 0, with_picture(&named)).await.unwrap();
    sweep(&shelf, NEVER, 1).await;
    assert!(shelf.has_picture(&unnamed).await, "its quiz may be saved yet");
    sweep(&shelf, NEVER, 3).await;
    assert!(shelf.has_picture(&named).await);
    assert!(!shelf.has_picture(&unnamed).await);

    // Another version no longer shows it, but the first one can be restored.
    library.save(&ana, Some(&one.id), 1, Quiz::default()).await.unwrap();
    shelf.kept.delete(&ana.person, &two.id).await.unwrap();
    sweep(&shelf, NEVER, 3).await;
    assert!(shelf.has_picture(&named).await);
    shelf.kept.delete(&ana.person, &one.id).await.unwrap();
    sweep(&shelf, NEVER, 1).await;
    assert!(shelf.has_picture(&named).await, "a game of it may be running");
    sweep(&shelf, NEVER, 3).await;
    assert!(!shelf.has_picture(&named).await);
}

async fn one_node_sweeps_in_a_period(shelf: QuizStoreFixture) {
    let hour = Duration::from_secs(60 * 60);
    assert!(shelf.sweep.is_due(hour).await.unwrap());
    // A node that runs alone is always the one.
    assert_eq!(shelf.sweep.is_due(hour).await.unwrap(), !shelf.is_shared());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_nobody_entered_goes_with_what_was_said_in_it() {
    let node = TestNode::embedded(&[]).await;
    let mut ana = Visitor::in_room(&node, "room1").await;
    ana.say("m", "hello").await;
    ana.leave().await;
    let (directory, broker) = (&node.node().directory, &node.node().broker);
    directory.open(&room("room1"), "Room one", Listing::Unlisted).await.unwrap();
    let channel = Channel::Room(room("room1"));
    let policy = Policy { rooms: days(30), ..NEVER };
    let before = broker.top(&channel).await.unwrap().position;
    retention::round(&*node.node().sweep, policy, now_ms() + 29 * DAY_MS).await.unwrap();
    assert_eq!(broker.top(&channel).await.unwrap().position, before);
    retention::round(&*node.node().sweep, policy, now_ms() + 31 * DAY_MS).await.unwrap();
    assert_eq!(directory.preview(&room("room1")).await.unwrap().title, "room1", "its title is not known any more");
    let after = broker.top(&channel).await.unwrap().position;
    assert_eq!(after.offset, 0);
    assert_ne!(after.epoch, before.epoch, "and no position of before is believed");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_redis_a_room_ends_by_itself() {
    let server = RedisServer::start();
    let node = TestNode::with_redis(&server.url(), &["--retain-rooms", "30"]).await;
    let ttl = async |key: &str| server.ask::<i64>(&["TTL", key]).await;
    let month = (30 * 24 * 60 * 60 - 600)..=(30 * 24 * 60 * 60);
    let mut ana = Visitor::in_room(&node, "room1").await;
    assert!((1..=24 * 60 * 60).contains(&ttl("hubbub:{room:room1}:meta").await), "opened, and nothing said");
    ana.say("m", "hello").await;
    for key in ["hubbub:{room:room1}:meta", "hubbub:{room:room1}:log"] {
        assert!(month.contains(&ttl(key).await), "{key}");
    }
    node.stop().await;
}

/// What an attacker stores in a day, in a second: growth stops, the others go on, and what
/// nobody uses is removed and its space freed.
#[tokio::test(flavor = "multi_thread")]
async fn growth_stops_at_the_quota_and_space_comes_back() {
    let node =
        TestNode::embedded(&["--storage-quota", "8m", "--quota-per-address", "off", "--rate-limit", "off"]).await;
    let mut ana = Visitor::in_room(&node, "room1").await;
    let library = node.node().library.clone();
    let large = Quiz {
        title: "Large".into(),
        questions: vec![Question { text: "x".repeat(100_000), ..Question::default() }],
        ..Quiz::default()
    };
    let is_over = Arc::<AtomicBool>::default();
    let attack = tokio::spawn({
        let (library, is_over) = (library.clone(), is_over.clone());
        async move {
            let (mut saved, mut refused) = (0, 0);
            while refused < 100 || !is_over.load(Ordering::Relaxed) {
                let number = saved + refused;
                let stranger = Payer { is_known: number % 2 == 0, ..payer(&format!("s{number}"), "192.0.2.1") };
                match library.save(&stranger, None, 0, large.clone()).await {
                    Ok(_) => saved += 1,
                    Err(why) => {
                        assert_eq!(why, QuizzesError::Quota(QuotaError::ServerFull));
                        refused += 1;
                    }
                }
            }
            saved
        }
    });
    // The attack ends after these messages: none of them can wait for its end.
    for number in 0..21 {
        ana.say(&format!("m{number}"), "hello").await;
    }
    is_over.store(true, Ordering::Relaxed);
    let saved = attack.await.unwrap();
    assert!(saved < 100, "{saved} of 100 KB each were stored in 8 MiB");
    let counted = node.node().quotas.stored().await;
    assert!(counted < 9 << 20, "{counted} bytes are kept");

    let policy = Policy { quizzes: days(1), ..NEVER };
    retention::round(&*node.node().sweep, policy, now_ms() + 2 * DAY_MS).await.unwrap();
    let left = node.node().quotas.stored().await;
    assert!(left < 1 << 20, "{left} bytes are left");
    let saved = library.save(&payer("ana", "192.0.2.1"), None, 0, Quiz::default()).await.unwrap();
    assert!(library.open(&user("ana"), &saved.id, None).await.is_ok());
    assert!(library.open(&user("ana"), &quiz_id("nothing"), None).await.is_err());
    node.stop().await;
}
