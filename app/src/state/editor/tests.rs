//! Edits of an author, and the quiz after them.

use protocol::quiz::{Choice, Points};

use super::*;

/// The outline of a quiz after these edits.
fn outline(edits: Vec<Edit>) -> String {
    let editor = after(edits);
    let rows = editor.quiz.questions.iter().enumerate().map(|(at, question)| {
        let here = if at == editor.selected { ">" } else { "" };
        format!("{here}{}", question.text)
    });
    rows.collect::<Vec<_>>().join(" ")
}

fn after(edits: Vec<Edit>) -> Editor {
    let mut editor = Editor::new(Quiz::default());
    for edit in edits {
        editor.fold(edit);
    }
    editor
}

fn asking(text: &str) -> [Edit; 2] {
    [Edit::Add(Kind::Choice), Edit::Change(Change::Text(text.into()))]
}

fn abc(more: Vec<Edit>) -> Vec<Edit> {
    ["a", "b", "c"].into_iter().flat_map(asking).chain(more).collect()
}

fn choice(texts: [&str; 4], right: &[usize]) -> Question {
    let options = texts.iter().enumerate();
    let options = options.map(|(at, text)| Choice { text: (*text).into(), right: right.contains(&at) }).collect();
    Question { text: "?".into(), options, ..Question::default() }
}

fn changed(question: Question, changes: Vec<Change>) -> Editor {
    let mut editor = Editor::new(Quiz { questions: vec![question], ..Quiz::default() });
    for change in changes {
        editor.fold(Edit::Change(change));
    }
    editor
}

fn marked(editor: &Editor) -> Vec<(&str, bool)> {
    editor.quiz.questions[0].options.iter().map(|option| (option.text.as_str(), option.right)).collect()
}

#[test]
fn questions_come_after_the_one_the_author_is_at() {
    assert_eq!(outline(abc(vec![])), "a b >c");
    assert_eq!(outline(abc([vec![Edit::Select(0)], asking("x").into()].concat())), "a >x b c");
    assert_eq!(outline(abc(vec![Edit::Select(1), Edit::Duplicate])), "a b >b c");
}

#[test]
fn a_question_moves_and_the_author_with_it() {
    assert_eq!(outline(abc(vec![Edit::Move(Direction::Up)])), "a >c b");
    assert_eq!(outline(abc(vec![Edit::Move(Direction::Down)])), "a b >c");
    assert_eq!(outline(abc(vec![Edit::MoveTo(0), Edit::Move(Direction::Up)])), ">c a b");
    let editor = after(abc(vec![Edit::MoveTo(0)]));
    assert_eq!((editor.announcement(), editor.keys()), ("Now question 1 of 3.", &[2, 0, 1][..]));
}

#[test]
fn a_deleted_question_can_be_brought_back() {
    assert_eq!(outline(abc(vec![Edit::Select(1), Edit::Remove])), "a >c");
    assert_eq!(outline(abc(vec![Edit::Remove])), "a >b");
    let editor = after(abc(vec![Edit::Select(1), Edit::Remove]));
    assert_eq!((editor.announcement(), editor.can_undo()), ("Question 2 deleted.", true));
    assert_eq!(outline(abc(vec![Edit::Select(1), Edit::Remove, Edit::Select(0), Edit::Undo, Edit::Undo])), "a >b c");
    assert_eq!(after(vec![Edit::Remove, Edit::Undo, Edit::Move(Direction::Up), Edit::Duplicate]).quiz, Quiz::default());
}

#[test]
fn a_full_quiz_says_so() {
    let mut editor = Editor::new(Quiz::default());
    for _ in 0..limits::QUESTIONS {
        assert_eq!(editor.fold(Edit::Add(Kind::Poll)), EditOutcome::Changed);
    }
    assert_eq!(editor.fold(Edit::Duplicate), EditOutcome::Unchanged);
    assert_eq!((editor.quiz.questions.len(), editor.announcement()), (100, "A quiz has 100 questions at most."));
}

#[test]
fn one_option_is_right_or_as_many_as_there_are() {
    let planets = || choice(["Mercury", "Earth", "Jupiter", "Neptune"], &[0]);
    let editor = changed(planets(), vec![Change::Right(2, true)]);
    assert_eq!(marked(&editor), [("Mercury", false), ("Earth", false), ("Jupiter", true), ("Neptune", false)]);
    let editor = changed(Question { kind: Kind::Several, ..planets() }, vec![Change::Right(2, true)]);
    assert_eq!(marked(&editor), [("Mercury", true), ("Earth", false), ("Jupiter", true), ("Neptune", false)]);
    let imported = changed(choice(["a", "b", "c", "d"], &[0, 1]), vec![Change::Right(3, true)]);
    assert_eq!(marked(&imported), [("a", true), ("b", true), ("c", false), ("d", true)], "all that came stay");
}

#[test]
fn two_options_stay_and_there_are_four_at_most() {
    let count = |changes| changed(choice(["a", "b", "c", "d"], &[]), changes).quiz.questions[0].options.len();
    assert_eq!(count(vec![Change::AddOption]), 4);
    assert_eq!(count(vec![Change::RemoveOption(0), Change::RemoveOption(0), Change::RemoveOption(0)]), 2);
    assert_eq!(count(vec![Change::RemoveOption(9)]), 4);
}

#[test]
fn options_are_put_in_order() {
    let editor = changed(
        choice(["a", "b", "c", "d"], &[]),
        vec![
            Change::MoveOption(3, Direction::Up),
            Change::MoveOption(0, Direction::Up),
            Change::MoveOption(3, Direction::Down),
        ],
    );
    assert_eq!(marked(&editor).into_iter().map(|one| one.0).collect::<String>(), "abdc");
}

#[test]
fn another_kind_keeps_what_fits() {
    let planets = || choice(["Mercury", "Earth", "Jupiter", "Neptune"], &[2, 3]);
    let to = |kinds: &[Kind]| changed(planets(), kinds.iter().map(|kind| Change::Kind(*kind)).collect());
    let rights = |kinds| marked(&to(kinds)).iter().map(|one| one.1).collect::<Vec<_>>();
    assert_eq!(rights(&[Kind::Several]), [false, false, true, true]);
    assert_eq!(rights(&[Kind::Several, Kind::Choice]), [false, false, true, false]);
    assert_eq!(rights(&[Kind::Poll, Kind::Several]), [false; 4]);
    assert_eq!(to(&[Kind::Typed]).quiz.questions[0].accepted_answers, ["Jupiter", "Neptune"]);
    assert_eq!(marked(&to(&[Kind::Typed, Kind::Choice]))[0], ("Jupiter", true));
    assert_eq!(marked(&to(&[Kind::TrueFalse])), [("True", false), ("False", false)]);
    let slide = to(&[Kind::Slide]);
    assert_eq!((slide.quiz.questions[0].seconds, slide.quiz.questions[0].points), (0, Points::None));
    let back = to(&[Kind::Slide, Kind::Choice]);
    assert_eq!((back.quiz.questions[0].seconds, back.quiz.questions[0].points), (20, Points::Normal));
}

#[test]
fn what_another_kind_had_no_room_for_can_be_taken_back() {
    let mut editor = changed(choice(["a", "b", "c", "d"], &[1]), vec![Change::Kind(Kind::Typed)]);
    assert_eq!((editor.announcement(), editor.can_undo()), ("3 answers had no place here.", true));
    editor.fold(Edit::Undo);
    assert_eq!(editor.quiz.questions[0], choice(["a", "b", "c", "d"], &[1]));
}

#[test]
fn fields_are_drawn_anew_only_where_they_are_others() {
    let drawn = |change| changed(choice(["a", "b", "c", "d"], &[1]), vec![change]).drawing();
    for typing in [Change::Text("x".into()), Change::OptionText(1, "x".into()), Change::Explanation("x".into())] {
        assert_eq!(drawn(typing), 0);
    }
    assert_eq!(drawn(Change::Right(0, true)), 0);
    assert_eq!(drawn(Change::RemoveOption(0)), 1);
    assert_eq!(drawn(Change::Kind(Kind::Poll)), 1);
}

#[test]
fn looking_around_leaves_nothing_to_save() {
    let mut editor = after(abc(vec![]));
    assert_eq!(editor.fold(Edit::Select(0)), EditOutcome::Unchanged);
    assert_eq!(editor.fold(Edit::Select(7)), EditOutcome::Unchanged);
    assert_eq!(editor.fold(Edit::Change(Change::Text("a".into()))), EditOutcome::Unchanged);
    assert_eq!(editor.fold(Edit::Change(Change::Text("A".into()))), EditOutcome::Changed);
}

#[test]
fn a_blank_question_of_each_kind_lacks_only_words() {
    for kind in Kind::ALL {
        let mut question = kind::blank(kind);
        question.text = "Earth".into();
        for (at, option) in question.options.iter_mut().enumerate() {
            if kind != Kind::TrueFalse {
                option.text = at.to_string();
            }
        }
        let wants = match kind {
            Kind::Choice | Kind::Several | Kind::Typed => Some("No right answer yet"),
            Kind::TrueFalse => Some("Say whether it is true"),
            Kind::Number => Some("No right number yet"),
            Kind::Order | Kind::Poll | Kind::Slide => None,
        };
        assert_eq!(question.problem().as_deref(), wants, "{kind:?}");
    }
}

#[test]
fn a_problem_is_told_beside_its_field() {
    let place = |question: &Question| texts::problem(question).map(|(place, _)| place);
    assert_eq!(place(&kind::blank(Kind::Choice)), None, "nobody is scolded before the first key");
    let no_text = Question { text: String::new(), ..choice(["a", "b", "c", "d"], &[0]) };
    assert_eq!(place(&no_text), Some(texts::EditorField::Text));
    assert_eq!(place(&choice(["a", "b", "c", "d"], &[])), Some(texts::EditorField::Answers));
    assert_eq!(place(&choice(["a", "b", "c", "d"], &[0])), None);
    let why = "y".repeat(limits::EXPLANATION_CHARS + 1);
    assert_eq!(
        place(&Question { explanation: why, ..choice(["a", "b", "c", "d"], &[0]) }),
        Some(texts::EditorField::Explanation)
    );
}

#[test]
fn the_first_thing_that_keeps_a_game_from_starting_is_named() {
    let quiz = Quiz { questions: vec![choice(["a", "b", "c", "d"], &[])], ..Quiz::default() };
    let problems = protocol::quiz::problems(&quiz);
    let told = texts::hindrance(&problems).unwrap();
    assert_eq!(told, "the quiz has no title yet. One more thing is missing.");
    assert_eq!(texts::hindrance(&problems[1..]).unwrap(), "question 1 has no right answer yet.");
    let of = |sentence: &str| {
        texts::hindrance(&[protocol::quiz::Problem { question: Some(1), sentence: sentence.into() }]).unwrap()
    };
    assert_eq!(of("The question is 41 characters too long"), "question 2 is 41 characters too long.");
    assert_eq!(of("No question yet"), "question 2 has no text yet.");
    assert_eq!(of("Two to 4 answers are needed"), "in question 2, two to 4 answers are needed.");
}
