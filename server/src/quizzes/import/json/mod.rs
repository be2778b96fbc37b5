//! Parses quizzes as JSON: our own, and those of Kahoot, ClassQuiz, Razzia, H5P and of any program with a
//! list of questions with answers.

use protocol::quiz::{Quiz, Scoring};

use super::{FileParts, Imported, NotAQuiz, cut};
use crate::quizzes::sheet::nearest;
use crate::workers::Budget;

mod fields;
mod marks;
mod media;
mod question;
mod reader;

use reader::{JsonError, Node, Value};

/// Names of the list of questions.
const LISTS: [&str; 4] = ["questions", "results", "items", "cards"];
/// Names of objects around the quiz.
const AROUND: [&str; 4] = ["kahoot", "quiz", "data", "content"];
/// Names of the quiz's title.
const TITLES: [&str; 4] = ["title", "subject", "name", "quizTitle"];
/// How many questions are parsed: more than a quiz may have, but not endless.
const QUESTIONS: usize = 400;

/// Whether a text is meant to be JSON. A text in GIFT may begin with `[html]`.
pub(super) fn is_json(text: &str) -> bool {
    let text = text.trim_start();
    let mut letters = text.chars();
    match letters.next() {
        Some('{') => true,
        Some('[') => matches!(letters.find(|letter| !letter.is_whitespace()), Some('{' | '[' | ']' | '"')),
        _ => false,
    }
}

/// Parses a JSON text; pictures that it names are looked up in `parts`.
pub(super) fn parse(text: &str, parts: &mut dyn FileParts, budget: &Budget) -> Result<Imported, NotAQuiz> {
    let root =
        reader::parse(text.trim_start_matches('\u{FEFF}'), budget).map_err(|JsonError { line, column, why }| {
            NotAQuiz(format!("This JSON is broken in line {line}, character {column}: {why}."))
        })?;
    let root = unpacked(&root);
    let questions = questions(root)?;
    let mut imported = Imported { quiz: settings(root), ..Imported::default() };
    for node in questions.iter().take(QUESTIONS) {
        budget.step().map_err(|_| NotAQuiz::because("There is too much in this file."))?;
        let (read, notes) = question::parse(node, parts);
        imported.push(read);
        notes.into_iter().for_each(|note| imported.note(note));
    }
    for (name, node) in root.fields() {
        if let Some(meant) = mistaken(name, root) {
            let line = node.line;
            imported.note(format!(
                "Line {line}: “{}” is not known here, and was left out. Is it “{meant}”?",
                cut(name, 30)
            ));
        }
    }
    Ok(imported)
}

/// The quiz without the objects around it.
fn unpacked(root: &Node) -> &Node {
    let inner = root.field(&AROUND).filter(|inner| inner.field(&LISTS).is_some());
    if root.field(&LISTS).is_some() { root } else { inner.unwrap_or(root) }
}

fn questions(root: &Node) -> Result<&[Node], NotAQuiz> {
    if let Some(list) = root.list() {
        return Ok(list);
    }
    if let Some(list) = root.field(&LISTS) {
        let why = || NotAQuiz(format!("Line {}: “questions” should be a list.", list.line));
        return list.list().ok_or_else(why);
    }
    if root.field(&["question"]).is_some() && root.field(&["answers", "choices", "correct"]).is_some() {
        return Ok(std::slice::from_ref(root));
    }
    let mistaken = root.fields().iter().find_map(|(name, node)| Some((name, node.line, mistaken(name, root)?)));
    Err(match mistaken {
        Some((name, line, meant)) => {
            NotAQuiz(format!("Line {line}: “{}” is not known here. Is it “{meant}”?", cut(name, 30)))
        }
        None => NotAQuiz::because("This JSON has no list of “questions”, so it is no quiz."),
    })
}

/// The field that is meant by a name with a typing mistake.
fn mistaken(name: &str, root: &Node) -> Option<&'static str> {
    const OURS: [&str; 5] = ["title", "questions", "scoring", "streaks", "filter"];
    let is_known = OURS.contains(&name) || LISTS.contains(&name) || TITLES.contains(&name);
    let absent: Vec<_> = OURS.into_iter().filter(|known| root.field(&[*known]).is_none()).collect();
    if is_known { None } else { nearest(name, &absent) }
}

/// The quiz without its questions.
fn settings(root: &Node) -> Quiz {
    let default = Quiz::default();
    let title = root.field(&TITLES).and_then(Node::text).unwrap_or_default();
    let scoring = match root.field(&["scoring"]).and_then(Node::text) {
        Some("accuracy") => Scoring::Accuracy,
        Some("none") => Scoring::None,
        _ => Scoring::Speed,
    };
    let is_on = |name: &str, default: bool| match root.field(&[name]).map(|node| &node.value) {
        Some(Value::Bool(is_on)) => *is_on,
        _ => default,
    };
    Quiz {
        title: title.to_owned(),
        scoring,
        streaks: is_on("streaks", default.streaks),
        filter: is_on("filter", default.filter),
        questions: Vec::new(),
    }
}
