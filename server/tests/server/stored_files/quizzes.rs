//! What an author has in a stored file: a quiz, its picture, results, and how much they may still store.

use protocol::game::{Answer, Phase, Verdict};
use protocol::quiz::{Choice, Kind, Points, Question, Quiz, Scoring};
use protocol::{PictureId, ResultsId};
use server::quota::embedded::EmbeddedCounters;
use server::quota::{Addition, Counters, Payer};
use server::retention::{self, Policy};
use storage::clock::now_ms;
use storage::sqlite::Sqlite;

use super::{DAY_MS, ENDED, key, load, node};
use crate::quizzes_fixture::{quiz_id, user};

const QUIZ: &str = "xhwk458txnxu3hdjyiqu";
const PICTURE: &str = "845ac1c6708c6939719940f52f15958a.jpg";

/// The latest version of the quiz, with a question of each kind.
fn solar_system() -> Quiz {
    let asked = |kind, text: &str| Question { kind, text: text.into(), seconds: 120, ..Question::default() };
    let options = |right: &[&str], texts: &[&str]| {
        texts.iter().map(|text| Choice { text: (*text).into(), right: right.contains(text) }).collect()
    };
    let questions = vec![
        Question { options: options(&["Mars"], &["Venus", "Mars", "Jupiter"]), ..red_planet() },
        Question {
            seconds: 0,
            points: Points::Double,
            explanation: "It is hot.".into(),
            accepted_answers: vec!["Sun".into(), "The sun".into()],
            ..asked(Kind::Typed, "The \"why\": what shines in the day?")
        },
        Question {
            number: Some("8".parse().unwrap()),
            tolerance: Some("0.5".parse().unwrap()),
            ..asked(Kind::Number, "How many planets are there?")
        },
        Question {
            options: options(&[], &["Mercury", "Venus", "Earth"]),
            ..asked(Kind::Order, "From the sun outwards")
        },
        Question {
            options: options(&["Saturn", "Uranus"], &["Saturn", "Uranus", "Mars"]),
            ..asked(Kind::Several, "Which have rings?")
        },
        Question { options: options(&["False"], &["True", "False"]), ..asked(Kind::TrueFalse, "The moon is a star.") },
        Question { points: Points::None, options: options(&[], &["Easy", "Hard"]), ..asked(Kind::Poll, "How was it?") },
        Question { seconds: 0, explanation: "See you on Thursday.".into(), ..asked(Kind::Slide, "Well done") },
    ];
    Quiz { title: "The Solar System".into(), scoring: Scoring::Accuracy, questions, ..Quiz::default() }
}

fn red_planet() -> Question {
    Question {
        text: "Which planet is red?".into(),
        picture: Some(PictureId::parse(PICTURE).unwrap()),
        picture_alt: "A grey disc".into(),
        seconds: 60,
        explanation: "Rust makes it red: $Fe_2O_3$.".into(),
        ..Question::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quiz_has_its_versions_and_its_picture() {
    let node = node().await;
    let (library, teacher, quiz) = (&node.node().library, user("teacher"), quiz_id(QUIZ));
    let listed = library.list(&teacher).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].title.as_str(), listed[0].questions, listed[0].version), ("The Solar System", 8, 2));
    let versions = library.store.versions(&teacher, &quiz).await.unwrap();
    let titles = versions.iter().map(|one| (one.version, one.title.as_str()));
    assert!(titles.eq([(2, "The Solar System"), (1, "Solar system (draft)")]), "{versions:?}");
    assert_eq!(library.open(&teacher, &quiz, None).await.unwrap().quiz, solar_system());
    let draft = library.open(&teacher, &quiz, Some(1)).await.unwrap().quiz;
    assert_eq!(draft.questions, solar_system().questions[..1]);

    let asked_at = now_ms();
    assert!(library.store.visit(&teacher, asked_at).await.unwrap() < asked_at, "it is known since when they store");
    let never = Policy { rooms: None, quizzes: None, results: None };
    retention::round(&*node.node().sweep, never, now_ms() + 30 * DAY_MS).await.unwrap();
    let picture = library.store.picture(&PictureId::parse(PICTURE).unwrap()).await.unwrap();
    assert!(picture.expect("a quiz names it").starts_with(b"\xFF\xD8\xFF"));
    let payer = Payer { person: teacher, address: None, is_known: true };
    assert_eq!(library.save(&payer, Some(&quiz), 2, solar_system()).await.unwrap().version, 3);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_game_that_ended_has_its_results() {
    let node = node().await;
    let (library, teacher) = (&node.node().library, user("teacher"));
    let listed = library.store.results(&teacher).await.unwrap();
    let listed: Vec<_> = listed.iter().map(|one| (one.id.as_str(), one.unfinished, one.correct_percent)).collect();
    // The second round of the one that goes on has results as far as it came.
    assert_eq!(listed, [("5w3siivq32kur2", Some((1, 7)), Some(50)), (ENDED.1, None, Some(50))]);
    let results = library.result(&teacher, &ResultsId::parse(ENDED.1).unwrap()).await.unwrap();
    let questions: Vec<_> = results.questions.iter().map(|one| (one.kind, one.right.as_str(), one.correct)).collect();
    let expected = [
        (Kind::Choice, "Mars", 1),
        (Kind::Typed, "Sun", 1),
        (Kind::Number, "8, give or take 0.5", 1),
        (Kind::Order, "Mercury, then Venus, then Earth", 1),
        (Kind::Several, "Saturn, Uranus", 1),
        (Kind::TrueFalse, "False", 1),
        (Kind::Poll, "", 0),
    ];
    assert_eq!(questions, expected);
    let votes = results.questions[6].bars.iter().map(|bar| (bar.text.as_str(), bar.count));
    assert!(votes.eq([("Easy", 1), ("Hard", 1)]));
    let players = results.players.iter().map(|one| (one.name.as_str(), one.score, one.place));
    assert!(players.eq([("Ada", 8500, 1), ("Bo", 500, 2)]), "{:?}", results.players);
    let partly = results.players[1].answers[4].as_ref().unwrap();
    assert_eq!(
        (partly.text.as_str(), partly.verdict, partly.points, partly.took_ms),
        ("Saturn", Verdict::Partly, 500, 5)
    );

    let (key, store) = (key(ENDED), node.node().games.store());
    assert_eq!(node.node().games.load(&key.pin).await.unwrap().state.phase, Phase::Ended);
    let answers = store.answers(&key, 2).await.unwrap();
    assert_eq!(answers[&user("ben")].answer, Answer::Number("9".parse().unwrap()));
    let counted = store.counted(&key, 1).await.unwrap();
    assert_eq!(counted[&user("ana")].outcome.as_ref().unwrap().points, 2100);
    node.stop().await;
}

#[tokio::test]
async fn what_was_stored_in_this_hour_counts() {
    let folder = tempfile::tempdir().unwrap();
    drop(load(folder.path()));
    let counters = EmbeddedCounters::new(Sqlite::open(folder.path()).unwrap());
    // The teacher has begun three.
    let one_more = |limit| {
        let name = "games:498900:p:teacher".into();
        vec![Addition { name, amount: 1, limit, until_ms: now_ms() + DAY_MS }]
    };
    assert_eq!(counters.add(one_more(3)).await, Ok(Some(0)));
    assert_eq!(counters.add(one_more(4)).await, Ok(None));
}
