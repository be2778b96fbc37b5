//! What every store of quizzes promises, and the library over it.

use protocol::game::Verdict;
use protocol::quiz::{Kind, PlayerAnswer, PlayerResult, QuestionResult, Quiz, Results};
use protocol::{Name, PictureId, Pin, ResultsId, limits};
use server::quizzes::{QuizzesError, StoreOutcome, picture};
use server::workers::Budget;
use storage::StorageError;

use crate::quizzes_fixture::{QuizStoreFixture, payer, quiz, quiz_id, user};

contract!(QuizStoreFixture on embedded, postgres => [
    a_quiz_is_kept_and_listed,
    of_two_who_change_a_quiz_one_is_told,
    the_last_versions_can_be_gone_back_to,
    nobody_touches_what_is_somebody_elses,
    a_deleted_quiz_is_gone,
    there_is_an_end_of_quizzes_and_of_their_length,
    results_are_kept_once,
    results_of_a_game_that_goes_on_are_renewed_and_never_doubled,
    the_oldest_results_go_first,
    a_picture_is_kept_under_its_digest,
    samples_are_for_everybody_and_stay_as_they_are,
    what_is_damaged_is_told_as_damaged_without_its_text,
    what_is_no_text_in_a_list_hides_nothing_else_and_stops_no_save,
]);

/// The smallest picture that is valid.
const DOT: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xFF\xFF\xFF\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0;";

fn results(id: &str, ended_at: u64) -> Results {
    let answer = PlayerAnswer { text: "Jupiter".into(), verdict: Verdict::Right, points: 812, took_ms: 4_321 };
    let question = QuestionResult {
        text: "Which planet has the shortest day?".into(),
        kind: Kind::Choice,
        right: "Jupiter".into(),
        correct: 1,
        answered: 1,
        players: 2,
        bars: vec![],
    };
    let player =
        |name: &str, place, answers| PlayerResult { name: Name::parse(name).unwrap(), score: 812, place, answers };
    Results {
        id: ResultsId::parse(id).unwrap(),
        pin: Pin::parse("482915").unwrap(),
        title: "The Solar System".into(),
        ended_at,
        unfinished_of: None,
        questions: vec![question],
        players: vec![player("Ana", 1, vec![Some(answer)]), player("Ben", 2, vec![None])],
        renames: 0,
    }
}

async fn a_quiz_is_kept_and_listed(shelf: QuizStoreFixture) {
    assert_eq!(shelf.listed("ana").await, [""; 0]);
    shelf.save("ana", "one", 1).await.unwrap();
    shelf.save("ana", "two", 1).await.unwrap();
    shelf.save("ana", "one", 2).await.unwrap();
    assert_eq!(shelf.loaded("one", None).await, Some(quiz("one", 2)));
    assert_eq!(shelf.loaded("three", None).await, None);
    assert_eq!(shelf.listed("ana").await, ["one", "two"], "the one saved last is first");
    let list = shelf.kept.list(&user("ana")).await.unwrap();
    let one = &list[0];
    assert_eq!((one.title.as_str(), one.questions, one.problems, one.version), ("one 2", 1, 1, 2));
    assert_eq!(one.saved_at, 1_700_000_000_002);
}

async fn of_two_who_change_a_quiz_one_is_told(shelf: QuizStoreFixture) {
    shelf.save("ana", "one", 1).await.unwrap();
    let (first, second) = tokio::join!(shelf.save("ana", "one", 2), shelf.save("ana", "one", 2));
    assert_ne!(first.is_ok(), second.is_ok(), "{first:?}, {second:?}");
    assert_eq!(first.and(second), Err(QuizzesError::Stale { current: 2 }));
    assert_eq!(shelf.save("ana", "one", 1).await, Err(QuizzesError::Stale { current: 2 }));
    assert_eq!(shelf.save("ana", "one", 9).await, Err(QuizzesError::Stale { current: 2 }));
    assert_eq!(shelf.save("ana", "one", u64::MAX).await, Err(QuizzesError::Stale { current: 2 }));
    assert_eq!(shelf.save("ana", "new", 2).await, Err(QuizzesError::Missing));
    assert_eq!(shelf.loaded("one", None).await, Some(quiz("one", 2)));
}

async fn the_last_versions_can_be_gone_back_to(shelf: QuizStoreFixture) {
    let most = limits::QUIZ_VERSIONS as u64;
    for version in 1..=most + 2 {
        shelf.save("ana", "one", version).await.unwrap();
    }
    let versions = shelf.kept.versions(&user("ana"), &quiz_id("one")).await.unwrap();
    let kept: Vec<_> = versions.iter().map(|version| version.version).collect();
    // Of what is old every other one goes; the first stays.
    let old_and_new: Vec<_> = [1, 3].into_iter().chain(5..=most + 2).collect();
    assert_eq!(kept, old_and_new.into_iter().rev().collect::<Vec<_>>());
    assert_eq!((versions[0].title.as_str(), versions[0].questions), ("one 22", 1));
    assert_eq!(shelf.loaded("one", Some(3)).await, Some(quiz("one", 3)));
    assert_eq!(shelf.loaded("one", Some(2)).await, None);
    let restored = shelf.library().restore(&payer("ana", "192.0.2.1"), &quiz_id("one"), 5).await.unwrap();
    assert_eq!((restored.version, restored.quiz), (most + 3, quiz("one", 5).quiz));
}

async fn nobody_touches_what_is_somebody_elses(shelf: QuizStoreFixture) {
    shelf.save("ana", "one", 1).await.unwrap();
    let (ben, one) = (user("ben"), quiz_id("one"));
    for version in [1, 2] {
        assert_eq!(shelf.save("ben", "one", version).await, Err(QuizzesError::NotYours));
    }
    assert_eq!(shelf.kept.delete(&ben, &one).await, Err(QuizzesError::NotYours));
    assert_eq!(shelf.kept.versions(&ben, &one).await, Err(QuizzesError::NotYours));
    assert_eq!(shelf.listed("ben").await, [""; 0]);
    let library = shelf.library();
    assert_eq!(library.open(&ben, &one, None).await, Err(QuizzesError::Missing));
    assert_eq!(library.copy(&payer("ben", "192.0.2.1"), &one).await, Err(QuizzesError::Missing));
    assert_eq!(library.restore(&payer("ben", "192.0.2.1"), &one, 1).await, Err(QuizzesError::Missing));
    assert_eq!(shelf.loaded("one", None).await, Some(quiz("one", 1)));
}

async fn a_deleted_quiz_is_gone(shelf: QuizStoreFixture) {
    let (ana, one) = (user("ana"), quiz_id("one"));
    shelf.save("ana", "one", 1).await.unwrap();
    let copy = shelf.library().copy(&payer("ana", "192.0.2.1"), &one).await.unwrap();
    assert_eq!((copy.quiz.title.as_str(), copy.version), ("one 1 (copy)", 1));
    shelf.kept.delete(&ana, &one).await.unwrap();
    assert_eq!(shelf.loaded("one", None).await, None);
    assert_eq!(shelf.listed("ana").await, [copy.id.to_string()]);
    assert_eq!(shelf.kept.delete(&ana, &one).await, Err(QuizzesError::Missing));
    assert_eq!(shelf.save("ana", "one", 2).await, Err(QuizzesError::Missing), "a late save brings nothing back");
    let late = shelf.library().save(&payer("ana", "192.0.2.1"), Some(&one), 0, Quiz::default()).await;
    assert_eq!(late, Err(QuizzesError::Missing));
}

async fn there_is_an_end_of_quizzes_and_of_their_length(shelf: QuizStoreFixture) {
    let mut long = quiz("long", 1);
    long.quiz.questions[0].explanation = "x".repeat(limits::QUIZ_BYTES);
    assert_eq!(shelf.kept.save(&user("ana"), &long).await, Err(QuizzesError::TooLong));
    for number in 0..limits::QUIZZES {
        shelf.save("ana", &format!("q{number}"), 1).await.unwrap();
    }
    assert_eq!(shelf.save("ana", "more", 1).await, Err(QuizzesError::TooMany));
    assert_eq!(shelf.loaded("more", None).await, None);
    shelf.save("ana", "q7", 2).await.unwrap();
    shelf.save("ben", "more", 1).await.unwrap();
}

async fn results_are_kept_once(shelf: QuizStoreFixture) {
    let (ana, id) = (user("ana"), ResultsId::parse("g1").unwrap());
    shelf.kept.store_results(&ana, &results("g1", 5)).await.unwrap();
    shelf.kept.store_results(&ana, &Results { title: "Told again".into(), ..results("g1", 6) }).await.unwrap();
    shelf.kept.store_results(&ana, &results("g2", 7)).await.unwrap();
    assert_eq!(shelf.kept.result(&ana, &id).await.unwrap(), Some(results("g1", 5)));
    assert_eq!(shelf.kept.result(&user("ben"), &id).await.unwrap(), None, "a game is its host's");
    let list = shelf.kept.results(&ana).await.unwrap();
    assert_eq!(list, [results("g2", 7).summary(), results("g1", 5).summary()]);
    assert_eq!(list[0].correct_percent, Some(50));
    assert!(!shelf.kept.forget(&user("ben"), &id).await.unwrap());
    assert!(shelf.kept.forget(&ana, &id).await.unwrap());
    assert_eq!(shelf.kept.result(&ana, &id).await.unwrap(), None);
    assert_eq!(shelf.kept.results(&ana).await.unwrap(), [results("g2", 7).summary()]);
}

/// Of a quiz with three questions, so many were asked.
fn unfinished(asked: usize, ended_at: u64) -> Results {
    let results = results("g1", ended_at);
    let questions = results.questions.iter().cycle().take(asked).cloned().collect();
    Results { unfinished_of: Some(3), questions, ..results }
}

async fn results_of_a_game_that_goes_on_are_renewed_and_never_doubled(shelf: QuizStoreFixture) {
    let (ana, id) = (user("ana"), ResultsId::parse("g1").unwrap());
    let keep = async |results: Results| shelf.kept.store_results(&ana, &results).await.unwrap();
    let spelled = |results: &Results| protocol::wire::encode(results).len() as u64;
    assert_eq!(keep(unfinished(1, 10)).await, StoreOutcome::New);
    assert_eq!(keep(results("g2", 15)).await, StoreOutcome::New);
    assert_eq!(keep(unfinished(2, 20)).await, StoreOutcome::Renewed { bytes: spelled(&unfinished(1, 10)) });
    // A node that was slow tells of an earlier question, and another one of the same.
    assert_eq!(keep(unfinished(1, 30)).await, StoreOutcome::Before);
    assert_eq!(keep(unfinished(2, 30)).await, StoreOutcome::Before);
    let list = shelf.kept.results(&ana).await.unwrap();
    assert_eq!(list, [unfinished(2, 20).summary(), results("g2", 15).summary()], "what was renewed is the latest");
    assert_eq!(list[0].unfinished, Some((2, 3)));
    let over = Results { unfinished_of: None, ..unfinished(2, 40) };
    assert_eq!(keep(over.clone()).await, StoreOutcome::Renewed { bytes: spelled(&unfinished(2, 20)) });
    assert_eq!(keep(Results { ended_at: 50, ..over.clone() }).await, StoreOutcome::Before, "at the end they are final");
    assert_eq!(shelf.kept.result(&ana, &id).await.unwrap(), Some(over));
    assert!(shelf.kept.forget(&ana, &id).await.unwrap());
    assert_eq!(keep(unfinished(1, 60)).await, StoreOutcome::New, "nothing is left of what was forgotten");
}

async fn the_oldest_results_go_first(shelf: QuizStoreFixture) {
    let most = server::quizzes::RESULTS as u64;
    for number in 0..=most {
        shelf.kept.store_results(&user("ana"), &results(&format!("g{number}"), 1000 + number)).await.unwrap();
    }
    let list = shelf.kept.results(&user("ana")).await.unwrap();
    assert_eq!((list.len() as u64, list[0].ended_at, list[list.len() - 1].ended_at), (most, 1000 + most, 1001));
    assert_eq!(shelf.kept.result(&user("ana"), &ResultsId::parse("g0").unwrap()).await.unwrap(), None);
}

async fn a_picture_is_kept_under_its_digest(shelf: QuizStoreFixture) {
    let (dot, ana) = (picture::clean(DOT, &Budget::of(picture::LIMITS)).unwrap(), payer("ana", "192.0.2.1"));
    let id = shelf.library().add_picture(&ana, &dot).await.unwrap();
    assert_eq!(shelf.library().add_picture(&ana, &dot).await.unwrap(), id);
    assert_eq!(shelf.kept.picture(&id).await.unwrap().as_ref(), Some(dot.bytes()));
    let other = PictureId::parse("0123456789abcdef0123456789abcdef.gif").unwrap();
    assert_eq!(shelf.kept.picture(&other).await.unwrap(), None);
}

async fn samples_are_for_everybody_and_stay_as_they_are(shelf: QuizStoreFixture) {
    let (library, ana) = (shelf.library(), user("ana"));
    let sample = quiz_id("sample-solar-system");
    let opened = library.open(&ana, &sample, None).await.unwrap();
    assert_eq!((opened.quiz.title.as_str(), opened.quiz.questions.len()), ("The Solar System", 10));
    assert_eq!(opened.quiz.questions[3].text, "Which planet has the shortest day?");
    let changed = library.save(&payer("ana", "192.0.2.1"), Some(&sample), opened.version, Quiz::default()).await;
    assert_eq!(changed, Err(QuizzesError::NotYours));
    let copy = library.copy(&payer("ana", "192.0.2.1"), &sample).await.unwrap();
    assert_eq!(copy.quiz, opened.quiz);
    assert_eq!(shelf.listed("ana").await, [copy.id.to_string()]);
    assert_eq!(library.open(&ana, &quiz_id("sample-nothing"), None).await, Err(QuizzesError::Missing));
}

async fn what_is_damaged_is_told_as_damaged_without_its_text(shelf: QuizStoreFixture) {
    shelf.save("ana", "one", 1).await.unwrap();
    shelf.save("ana", "two", 1).await.unwrap();
    shelf.damage("one", r#"{"title": "a secret", "#).await;
    let Err(QuizzesError::Storage(StorageError::Corrupt(why))) = shelf.kept.load(&quiz_id("one"), None).await else {
        panic!("a damaged quiz was read, or taken for missing");
    };
    assert!(why.contains("a quiz") && why.contains("line 1") && !why.contains("secret"), "{why}");
    assert_eq!(shelf.loaded("two", None).await, Some(quiz("two", 1)), "all others are there");
}

async fn what_is_no_text_in_a_list_hides_nothing_else_and_stops_no_save(shelf: QuizStoreFixture) {
    shelf.save("ana", "one", 1).await.unwrap();
    shelf.save("ana", "two", 1).await.unwrap();
    shelf.damage_lists("one").await;
    assert_eq!(shelf.listed("ana").await, ["two"]);
    assert_eq!(shelf.kept.versions(&user("ana"), &quiz_id("one")).await, Ok(vec![]));
    shelf.save("ana", "one", 2).await.unwrap();
    assert_eq!(shelf.listed("ana").await.len(), 2, "the new version is listed");
    let versions = shelf.kept.versions(&user("ana"), &quiz_id("one")).await.unwrap();
    assert_eq!(versions.iter().map(|version| version.version).collect::<Vec<_>>(), [2]);
}
