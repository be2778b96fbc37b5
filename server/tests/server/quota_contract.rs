//! What every implementation of quotas promises (`server/src/quota/mod.rs`).

use protocol::quiz::{Kind, Question, QuestionResult, Quiz, Results};
use protocol::{ErrorCode, Pin, QuizId, ResultsId};
use server::quizzes::{Library, QuizzesError};
use server::quota::{Payer, QuotaError, QuotaLimits};

use crate::node::TestNode;
use crate::quizzes_fixture::{NO_LIMITS, QuizStoreFixture, payer, quiz_id, user};
use crate::visitor::Visitor;

contract!(QuizStoreFixture on embedded, postgres => [
    a_person_adds_so_much_in_a_day,
    six_hundred_strangers_at_one_address_add_what_one_address_may,
    a_full_store_refuses_strangers_first_and_then_everybody,
    what_is_not_kept_is_not_counted,
    typing_for_hours_costs_what_is_kept_of_it,
    a_game_that_goes_on_costs_what_is_kept_of_it,
    games_are_counted_by_the_hour,
]);

const KIB: u64 = 1024;

fn library(shelf: &QuizStoreFixture, limits: QuotaLimits) -> Library {
    Library::new(shelf.kept.clone(), shelf.quotas(limits))
}

/// A quiz of about so many bytes.
fn of_bytes(bytes: usize) -> Quiz {
    let question = Question { text: "x".repeat(bytes), ..Question::default() };
    Quiz { title: "Large".into(), questions: vec![question], ..Quiz::default() }
}

async fn save_new(library: &Library, payer: &Payer, bytes: usize) -> Result<QuizId, QuizzesError> {
    library.save(payer, None, 0, of_bytes(bytes)).await.map(|saved| saved.id)
}

/// Saves new quizzes until that is refused; how many, and why.
async fn save_until_refused(library: &Library, payer: &Payer, bytes: usize) -> (usize, QuizzesError) {
    for saved in 0..150 {
        if let Err(why) = save_new(library, payer, bytes).await {
            return (saved, why);
        }
    }
    panic!("nothing was refused");
}

async fn a_person_adds_so_much_in_a_day(shelf: QuizStoreFixture) {
    let library = library(&shelf, QuotaLimits { per_person: 100 * KIB, ..NO_LIMITS });
    let (ana, ben) = (payer("ana", "192.0.2.1"), payer("ben", "192.0.2.1"));
    let (saved, why) = save_until_refused(&library, &ana, 20_000).await;
    assert_eq!((saved, why), (4, QuizzesError::Quota(QuotaError::Person)));
    assert_eq!(shelf.listed("ana").await.len(), 4, "what was refused is not there by half");
    save_new(&library, &ben, 20_000).await.unwrap();
}

async fn six_hundred_strangers_at_one_address_add_what_one_address_may(shelf: QuizStoreFixture) {
    let library = library(&shelf, QuotaLimits { per_address: 200 * KIB, ..NO_LIMITS });
    let mut saved = 0;
    for number in 0..600 {
        // One network, and each time another address and somebody else.
        let stranger = payer(&format!("stranger{number}"), &format!("2001:db8::{number:x}"));
        match save_new(&library, &stranger, 5_000).await {
            Ok(_) => saved += 1,
            Err(why) => assert_eq!(why, QuizzesError::Quota(QuotaError::Address)),
        }
    }
    assert!((20..=40).contains(&saved), "{saved} quizzes of 5 KB in 200 KiB");
    save_new(&library, &payer("ana", "2001:db8:0:1::1"), 5_000).await.unwrap();
}

async fn a_full_store_refuses_strangers_first_and_then_everybody(shelf: QuizStoreFixture) {
    let rest = shelf.counters.stored().await.unwrap().bytes;
    let quota = rest * 2 + 4096 * KIB;
    let library = library(&shelf, QuotaLimits { storage: quota, ..NO_LIMITS });
    let full = QuizzesError::Quota(QuotaError::ServerFull);
    let stranger = payer("stranger", "192.0.2.1");
    let (by_strangers, why) = save_until_refused(&library, &stranger, 200_000).await;
    assert_eq!(why, full);
    assert_eq!(why.to_string(), "This server is full. Ask whoever runs it, or try again later.");
    let known = Payer { is_known: true, ..payer("ana", "192.0.2.2") };
    let (by_known, why) = save_until_refused(&library, &known, 200_000).await;
    assert_eq!(why, full);
    assert!(by_strangers > 0 && by_known > 0, "{by_strangers} by strangers, then {by_known}");
    let stored = shelf.counters.stored().await.unwrap().bytes;
    // Redis takes somewhat more memory than a text has bytes, and is measured once a second.
    assert!(stored < quota + quota / 2, "{stored} of {quota}");
}

async fn what_is_not_kept_is_not_counted(shelf: QuizStoreFixture) {
    let library = library(&shelf, QuotaLimits { per_person: 8 * KIB, ..NO_LIMITS });
    let ana = payer("ana", "192.0.2.1");
    let id = save_new(&library, &ana, 100).await.unwrap();
    for _ in 0..50 {
        let stale = library.save(&ana, Some(&id), 7, of_bytes(100)).await;
        assert_eq!(stale.map(|_| ()), Err(QuizzesError::Stale { current: 1 }));
    }
    library.save(&ana, Some(&id), 1, of_bytes(100)).await.unwrap();
}

async fn typing_for_hours_costs_what_is_kept_of_it(shelf: QuizStoreFixture) {
    let library = library(&shelf, QuotaLimits { per_person: 50 * KIB, ..NO_LIMITS });
    let ana = payer("ana", "192.0.2.1");
    let id = save_new(&library, &ana, 100).await.unwrap();
    for version in 1..200 {
        library.save(&ana, Some(&id), version, of_bytes(100)).await.unwrap();
    }
}

async fn a_game_that_goes_on_costs_what_is_kept_of_it(shelf: QuizStoreFixture) {
    let library = library(&shelf, QuotaLimits { per_person: 16 * KIB, ..NO_LIMITS });
    let question = |at: usize| QuestionResult {
        text: format!("Question {at}"),
        kind: Kind::Choice,
        right: "this".into(),
        correct: 1,
        answered: 1,
        players: 1,
        bars: vec![],
    };
    let results = |asked: usize| Results {
        id: ResultsId::parse("g1").unwrap(),
        pin: Pin::parse("482915").unwrap(),
        title: "Planets".into(),
        ended_at: 1_000 + asked as u64,
        unfinished_of: Some(30),
        questions: (0..asked).map(question).collect(),
        players: vec![],
        renames: 0,
    };
    // All that was written would be ten times as much.
    for asked in 1..=30 {
        for _ in 0..2 {
            library.store_results(&user("ana"), &results(asked)).await.unwrap();
        }
    }
    assert_eq!(library.store.results(&user("ana")).await.unwrap()[0].unfinished, Some((30, 30)));
}

async fn games_are_counted_by_the_hour(shelf: QuizStoreFixture) {
    let quotas = shelf.quotas(QuotaLimits { games_per_person: 2, games_per_address: 3, ..NO_LIMITS });
    let (ana, ben) = (payer("ana", "192.0.2.1"), payer("ben", "192.0.2.1"));
    for _ in 0..2 {
        quotas.charge_game(&ana, 100).await.unwrap();
    }
    assert_eq!(quotas.charge_game(&ana, 100).await, Err(QuotaError::Games), "as many as one person may");
    quotas.charge_game(&ben, 100).await.unwrap();
    assert_eq!(quotas.charge_game(&ben, 100).await, Err(QuotaError::Games), "as many as one address may");
    quotas.charge_game(&payer("ben", "192.0.2.2"), 100).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_games_a_minute_are_not_begun() {
    let node = TestNode::embedded(&["--games-per-person", "20"]).await;
    let (host, sample) = (payer("ana", "192.0.2.1"), quiz_id("sample-solar-system"));
    let mut begun = 0;
    for _ in 0..40 {
        match node.node().games.begin(&host, &sample).await {
            Ok(_) => begun += 1,
            Err(refusal) => {
                assert_eq!((refusal.code, refusal.temporary), (ErrorCode::RateLimited, true));
                assert!(refusal.message.starts_with("Too many games"), "{}", refusal.message);
            }
        }
    }
    assert_eq!(begun, 20);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_server_takes_no_message_and_says_so() {
    let node = TestNode::embedded(&["--storage-quota", "64k"]).await;
    let mut ana = Visitor::in_room(&node, "room1").await;
    // Each check of the space measures the store, so that there is nothing to wait for.
    let known = Payer { is_known: true, ..payer("ana", "192.0.2.1") };
    let refused = save_new(&node.node().library, &known, 100).await;
    assert_eq!(refused, Err(QuizzesError::Quota(QuotaError::ServerFull)));
    let refusal = ana.try_say("m", "hello?").await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::Full);
    assert!(node.node().library.store.list(&user("ana")).await.unwrap().is_empty());
    node.stop().await;
}
