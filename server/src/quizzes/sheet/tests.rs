//! Files as teachers bring them, good ones and bad ones.

use proptest::prelude::*;
use protocol::PictureId;
use protocol::quiz::{Choice, Decimal, Kind, Points, Question, Quiz, Scoring, problems};

use super::*;
use crate::quizzes::samples;

/// As Kahoot's template is filled in: a heading, instructions, the header in
/// row 8 and its first column with numbers.
const TEMPLATE: &str = "\
,Quiz template,,,,,,
,Add questions with at least two answer alternatives,,,,,,
,,,,,,,
,,,,,,,
,,,,,,,
,,,,,,,
,,,,,,,
,Question - max 120 characters,Answer 1 - max 75 characters,Answer 2 - max 75 characters,Answer 3 - max 75 characters,Answer 4 - max 75 characters,\"Time limit (sec) - 5, 10, 20, 30, 60, 90, 120, or 240 secs\",Correct answer(s) - choose at least one
1,Which of these are fruit?,Apple,Carrot,Pear,,30,\"1,3\"
2,\"Is it \"\"true\"\", then?\",True,False,,,,2
3,,,,,,,
4,What is 2 + 2?,4,22,,,5,1
";

fn row(text: &str) -> String {
    format!("Question,Answer 1,Answer 2,Answer 3,Answer 4,Time limit,Correct answer(s),Kind,Points\n{text}\n")
}

fn read(bytes: &[u8], name: &str) -> Result<Quiz, NotAQuiz> {
    super::read(bytes, name, &Budget::of(LIMITS))
}

/// What is said about a file.
fn told(bytes: &[u8]) -> String {
    read(bytes, "").map(|quiz| format!("{quiz:?}")).unwrap_err().to_string()
}

#[test]
fn a_sheet_from_kahoots_template_becomes_a_quiz() {
    let quiz = read(TEMPLATE.as_bytes(), "Garden & kitchen.csv").unwrap();
    assert_eq!((quiz.title.as_str(), problems(&quiz)), ("Garden & kitchen", vec![]));
    let [fruit, is_true, sum] = &quiz.questions[..] else { panic!("{quiz:?}") };
    let right = |question: &Question| question.options.iter().map(|option| option.right).collect::<Vec<_>>();
    assert_eq!((fruit.kind, fruit.seconds, right(fruit)), (Kind::Choice, 30, vec![true, false, true]));
    assert_eq!((is_true.kind, is_true.seconds, right(is_true)), (Kind::TrueFalse, 20, vec![false, true]));
    assert_eq!((is_true.text.as_str(), sum.text.as_str()), ("Is it \"true\", then?", "What is 2 + 2?"));
}

#[test]
fn right_answers_are_read_as_people_write_them() {
    for said in ["1,3", "1;3", "1 and 3", "A, C", "1.3", "3 1"] {
        let quiz = read(row(&format!("Which?,a,b,c,,,\"{said}\"")).as_bytes(), "").unwrap();
        let right: Vec<_> = quiz.questions[0].options.iter().map(|option| option.right).collect();
        assert_eq!(right, [true, false, true], "{said}");
    }
}

#[test]
fn what_is_wrong_is_told_with_row_and_column() {
    for (bad, told_so) in [
        ("Which?,a,b,,,20,", "Row 2, column G: say which answers are right"),
        ("Which?,a,b,,,20,5", "Row 2, column G: answer 5 is empty"),
        ("Which?,a,b,,,20,0", "Row 2, column G: say which answers are right"),
        ("Which?,a,b,,,20,3", "Row 2, column G: answer 3 is empty"),
        ("Which?,a,b,,,soon,1", "Row 2, column F: the time limit is a number of seconds up to 600"),
        ("Which?,a,b,,,601,1", "Row 2, column F: the time limit"),
        (",a,b,,,20,1", "Row 2, column A: there are answers but no question"),
        ("Which?,a,,,,20,1", "Row 2: Two to 4 answers are needed"),
        ("Which?,a,b,,,20,1,riddle", "Row 2, column H: this is no kind of question; there are choice, several"),
        ("Which?,a,b,,,20,1,choice,many", "Row 2, column I: this is no number of points"),
        ("Which?,x,,,,20,,number", "Row 2, column B: a number has up to 12 digits"),
        ("Fine?,a,b,,,20,1\n\nWhich?,a,b,,,20,9", "Row 4, column G: answer 9 is empty"),
    ] {
        let told = told(row(bad).as_bytes());
        assert!(told.starts_with(told_so), "{bad}: {told}");
    }
    let long = format!("Which?,{},b,,,20,1", "ä".repeat(81));
    assert_eq!(told(row(&long).as_bytes()), "Row 2, column B: this text has 81 characters, and 80 fit.");
    let many = "Which?,a,b,,,20,1\n".repeat(101);
    assert_eq!(told(row(&many).as_bytes()), "Row 102: a quiz has 100 questions at most.");
}

#[test]
fn other_files_are_told_apart() {
    assert!(told(b"name,age\nAna,9\n").starts_with("No header row was found."));
    assert!(told(row("").as_bytes()).starts_with("There is no question below the header in row 1."));
    assert!(told(b"").starts_with("No header row"));
    assert!(told(&[0, 1, 2, 255]).starts_with("No header row"));
    assert!(told(b"\xD0\xCF\x11\xE0 and more").starts_with("This is a sheet of an older kind."));
    assert!(told(b"PK\x03\x04 and then nothing").starts_with("This file cannot be read."));
    assert!(told(b"{\"name\": \"something else\"}").starts_with("This JSON has neither a title nor questions"));
    let told_so = told(b"{\"title\": \"T\",\n \"questions\": [{\"kind\": \"riddle\"}]}");
    assert!(told_so.contains("riddle") && told_so.contains("line 2"), "{told_so}");
    assert!(told(&vec![b' '; FILE_BYTES + 1]).starts_with("This file is too large"));
    assert!(told("{\"title\":".repeat(10_000).as_bytes()).starts_with("This JSON is not a quiz"));
}

/// All samples, as they come back from a sheet: without what it has no place for.
fn in_a_sheet(quiz: &Quiz) -> Quiz {
    Quiz { scoring: Scoring::Speed, streaks: true, filter: true, ..quiz.clone() }
}

#[test]
fn every_kind_of_question_comes_back_from_a_sheet() {
    for sample in samples::all() {
        let expected = in_a_sheet(&sample.quiz);
        assert_eq!(read(&csv(&sample.quiz), ""), Ok(expected.clone()), "{} as CSV", sample.id);
        assert_eq!(read(&xlsx(&sample.quiz).unwrap(), ""), Ok(expected), "{} as XLSX", sample.id);
    }
}

#[test]
fn spellings_beyond_four_get_columns_of_their_own() {
    let spellings: Vec<_> = (0..7).map(|number| format!("word {number}")).collect();
    let question = Question { kind: Kind::Typed, text: "Which?".into(), spellings, ..Question::default() };
    let quiz = Quiz { title: "T".into(), questions: vec![question], ..Quiz::default() };
    assert_eq!(read(&csv(&quiz), ""), Ok(quiz));
}

#[test]
fn formulas_are_words_on_the_way_out_and_in() {
    let options = ["=HYPERLINK(\"http://evil.example\")", "+1", "-1", "@x"];
    let options = options.map(|text| Choice { text: text.into(), right: text == "-1" }).into();
    let question = Question { text: "=1+1".into(), options, ..Question::default() };
    let quiz = Quiz { title: "=cmd|'/c calc'!A1".into(), questions: vec![question], ..Quiz::default() };
    let text = String::from_utf8(csv(&quiz)).unwrap();
    for cell in ["\"'=cmd|", "\"'=1+1\"", "\"'=HYPERLINK(\"\"http", "\"'+1\"", "\"'-1\"", "\"'@x\""] {
        assert!(text.contains(cell), "{cell} in {text}");
    }
    assert_eq!(read(text.as_bytes(), "").unwrap(), quiz);
    assert_eq!(read(&xlsx(&quiz).unwrap(), "").unwrap(), quiz, "in XLSX they are texts, and no formula is read");
}

#[test]
fn endless_lists_are_not_kept() {
    for list in ["{\"questions\":[", "{\"questions\":[{\"options\":[", "{\"questions\":[{\"spellings\":["] {
        let one = if list.ends_with("spellings\":[") { "\"\"," } else { "{}," };
        let told = told([list, &one.repeat(300_000)].concat().as_bytes());
        assert!(told.contains("invalid length"), "{told}");
    }
    let long = format!("{{\"questions\":[{{\"kind\":\"{}\"}}]}}", "x".repeat(500_000));
    assert!(told(long.as_bytes()).chars().count() <= SENTENCE_CHARS + 1);
}

fn question() -> impl Strategy<Value = Question> {
    let choice = ("\\PC{0,8}", any::<bool>()).prop_map(|(text, right)| Choice { text, right });
    let decimal = || prop::option::of((-999_999_i64..999_999).prop_map(|n| n.to_string().parse::<Decimal>().unwrap()));
    let words = (any::<String>(), any::<String>(), "\\PC{0,9}", prop::collection::vec(any::<String>(), 0..3));
    let rest = (prop::collection::vec(choice, 0..5), decimal(), decimal(), prop::bool::ANY);
    (prop::sample::select(Kind::ALL.to_vec()), 0..700_u32, words, rest).prop_map(|(kind, seconds, words, rest)| {
        let picture = rest.3.then(|| PictureId::parse("0123456789abcdef0123456789abcdef.png").unwrap());
        let (text, why, picture_words, spellings) = words;
        let points = if seconds % 2 == 0 { Points::Double } else { Points::None };
        let (options, number, tolerance) = (rest.0, rest.1, rest.2);
        Question { kind, text, picture, picture_words, seconds, points, why, options, spellings, number, tolerance }
    })
}

proptest! {
    #[test]
    fn nothing_is_lost_in_json(
        title in "\\PC{1,9}", streaks in any::<bool>(), questions in prop::collection::vec(question(), 0..4)
    ) {
        let quiz = Quiz { title, scoring: Scoring::None, streaks, filter: !streaks, questions };
        prop_assert_eq!(read(&json(&quiz), ""), Ok(quiz));
    }

    #[test]
    fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..300), is_zip in any::<bool>()) {
        let bytes = if is_zip { [&b"PK\x03\x04"[..], &bytes].concat() } else { bytes };
        let _ = read(&bytes, "");
    }
}
