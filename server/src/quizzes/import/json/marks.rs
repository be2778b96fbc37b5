//! Finds out which options are right, in JSON of other programs.

use protocol::quiz::{Choice, Kind};

use super::fields;
use super::reader::{Node, Value};
use crate::quizzes::import::cut;

/// Marks the right options; or says why not, as a part of a sentence, with its line.
pub(super) fn mark(node: &Node, options: &mut [Choice]) -> Result<(), (u32, String)> {
    if options.iter().any(|option| option.right) {
        return Ok(());
    }
    if let Some(solutions) = node.field(&fields::FROM_NOTHING) {
        return from_nothing(solutions, options);
    }
    match node.field(&fields::MARKS) {
        Some(mark) => by_text(mark, options),
        None => Err((node.line, "it does not say which answer is right".into())),
    }
}

/// A single value or a list, as a list.
fn each(node: &Node) -> &[Node] {
    node.list().unwrap_or(std::slice::from_ref(node))
}

fn from_nothing(solutions: &Node, options: &mut [Choice]) -> Result<(), (u32, String)> {
    let count = options.len();
    for solution in each(solutions) {
        let shown = solution.words().map_or_else(String::new, |words| cut(&words, 30));
        match solution.number().and_then(|at| options.get_mut(at)) {
            Some(option) => option.right = true,
            None if solution.number().is_none() => return by_text(solutions, options),
            None => {
                let last = count.saturating_sub(1);
                let why = format!("{shown} is said to be right, but the answers have the numbers 0 to {last}");
                return Err((solution.line, why));
            }
        }
    }
    let is_marked = options.iter().any(|option| option.right);
    if is_marked { Ok(()) } else { Err((solutions.line, "it does not say which answer is right".into())) }
}

/// Marks options by their texts; numbers are ambiguous, because they begin at 0 in some programs and
/// at 1 in others.
fn by_text(mark: &Node, options: &mut [Choice]) -> Result<(), (u32, String)> {
    for one in each(mark) {
        let words = one.words().unwrap_or_default();
        let found = options.iter_mut().find(|option| same(&option.text, &words));
        match (found, &one.value) {
            (Some(option), _) => option.right = true,
            (None, Value::Number(number)) => {
                let why = format!("answer {} is right, but not whether counting begins at 0 or 1", cut(number, 20));
                return Err((one.line, format!("it says that {why}")));
            }
            (None, _) => {
                return Err((
                    one.line,
                    format!("“{}” is said to be right, but is none of the answers", cut(&words, 40)),
                ));
            }
        }
    }
    // An empty list marks none.
    let is_marked = options.iter().any(|option| option.right);
    if is_marked { Ok(()) } else { Err((mark.line, "it does not say which answer is right".into())) }
}

fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// The two options of a statement, one of which is marked.
pub(super) fn statement(node: &Node) -> Option<Vec<Choice>> {
    let is_true = node.field(&fields::MARKS)?.words()?.to_lowercase();
    let is_true = match is_true.as_str() {
        "true" | "1" => true,
        "false" | "0" => false,
        _ => return None,
    };
    let option = |text: &str, right| Choice { text: text.into(), right };
    Some(vec![option("True", is_true), option("False", !is_true)])
}

/// The kind of a question with such options, where the file does not say it.
pub(super) fn kind_of(options: &[Choice]) -> Kind {
    let words: Vec<_> = options.iter().map(|option| option.text.to_lowercase()).collect();
    let is_statement = words == ["true", "false"] && options.iter().filter(|option| option.right).count() == 1;
    if is_statement { Kind::TrueFalse } else { Kind::Choice }
}
