//! What becomes of the data in a file that an earlier version wrote.

use protocol::quiz::{Results, StoredQuiz};
use protocol::wire;
use rusqlite::Connection;

use crate::sqlite::schema;

/// The version whose quizzes and results had other names for some fields.
const OTHER_NAMES: u32 = 13;

const QUIZ: &str = r#"{"id":"q1","version":1,"savedAt":1,"quiz":{"title":"Stars","questions":[
    {"kind":"typed","text":"The \"why\": what shines?","why":"Hot.","pictureWords":"A sun","spellings":["Sun"]}]}}"#;
const RESULTS: &str = r#"{"id":"g1","pin":"482915","title":"Stars","startedAt":1,"endedAt":2,"players":[],
    "questions":[{"text":"?","kind":"typed","right":"Sun","knew":3,"answered":4,"players":4,"bars":[]}]}"#;

#[test]
fn a_quiz_and_the_results_of_a_game_say_what_they_said() {
    let mut sql = Connection::open_in_memory().unwrap();
    schema::migrate_to(&mut sql, OTHER_NAMES).unwrap();
    sql.execute("INSERT INTO quizzes VALUES ('q1', 'ana', 1, 1, '{}')", []).unwrap();
    sql.execute("INSERT INTO quiz_versions VALUES ('q1', 1, '{}', ?1)", [QUIZ]).unwrap();
    sql.execute("INSERT INTO results VALUES ('ana', 'g1', 1, '{}', ?1, 5)", [RESULTS]).unwrap();

    schema::migrate(&mut sql).unwrap();

    let text = |what: &str| sql.query_row(what, [], |row| row.get::<_, String>(0)).unwrap();
    let stored: StoredQuiz = wire::decode(&text("SELECT stored FROM quiz_versions")).unwrap();
    let question = &stored.quiz.questions[0];
    assert_eq!(question.text, r#"The "why": what shines?"#);
    assert_eq!(question.explanation, "Hot.");
    assert_eq!(question.picture_alt, "A sun");
    assert_eq!(question.accepted_answers, ["Sun"]);
    let results: Results = wire::decode(&text("SELECT whole FROM results")).unwrap();
    assert_eq!(results.questions[0].correct, 3);
}
