//! The names of questions' kinds and points, here and in other programs.

use protocol::quiz::{Kind, Points};

/// Names of kinds, reduced to letters and digits. The first of each is ours.
const KINDS: [(Kind, &[&str]); 8] = [
    (
        Kind::Choice,
        &["choice", "quiz", "multiplechoice", "multiple", "mcq", "single", "singlechoice", "abcd", "h5pmultichoice"],
    ),
    (
        Kind::Several,
        &["several", "multipleselectquiz", "multipleselect", "multipleresponse", "checkbox", "check", "msq"],
    ),
    (Kind::TrueFalse, &["trueorfalse", "truefalse", "boolean", "truefalsequestion", "h5ptruefalse"]),
    (
        Kind::Typed,
        &[
            "typed",
            "openended",
            "fillintheblank",
            "fillintheblanks",
            "typeanswer",
            "shortanswer",
            "text",
            "typingtext",
            "input",
        ],
    ),
    (Kind::Number, &["number", "numeric", "numerical", "slider", "range"]),
    (Kind::Order, &["order", "jumble", "puzzle", "reorder", "sorting"]),
    (Kind::Poll, &["poll", "survey", "voting"]),
    (Kind::Slide, &["slide", "content", "info"]),
];

const POINTS: [(Points, &[&str]); 3] = [
    (Points::None, &["none", "0", "nopoints"]),
    (Points::Normal, &["normal", "1", "1000", "standard", "standardpoints", "true"]),
    (Points::Double, &["double", "2", "2000", "doublepoints"]),
];

/// The kind that a name means, and whether the name is one of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known<T> {
    pub(crate) named: T,
    pub(crate) is_ours: bool,
}

/// The kind of a name; the error is a part of a sentence.
pub(crate) fn kind_named(name: &str) -> Result<Known<Kind>, String> {
    named(name, &KINDS).ok_or_else(|| {
        let known = "choice, several, true or false, typed, number, order, poll, slide";
        format!("“{}” is no kind of question; there are {known}", super::cut(name, 30))
    })
}

/// The weight of a question; the error is a part of a sentence.
pub(crate) fn points_named(name: &str) -> Result<Points, String> {
    named(name, &POINTS)
        .map(|known| known.named)
        .ok_or_else(|| format!("“{}” is no number of points; there are none, normal, double", super::cut(name, 30)))
}

fn named<T: Copy>(name: &str, all: &[(T, &[&str])]) -> Option<Known<T>> {
    let bare: String = name.chars().filter(|c| c.is_alphanumeric()).take(40).flat_map(char::to_lowercase).collect();
    all.iter().find_map(|(named, names)| {
        let at = names.iter().position(|name| *name == bare)?;
        Some(Known { named: *named, is_ours: at == 0 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_known_by_the_names_of_other_programs() {
        for (name, kind) in [
            ("True or False", Kind::TrueFalse),
            ("trueFalse", Kind::TrueFalse),
            ("Multiple Choice", Kind::Choice),
            ("Fill-in-the-Blank", Kind::Typed),
            ("multiple_select_quiz", Kind::Several),
            ("ABCD", Kind::Choice),
        ] {
            assert_eq!(kind_named(name).map(|known| known.named), Ok(kind), "{name}");
        }
        assert!(kind_named("riddle").is_err_and(|why| why.starts_with("“riddle” is no kind of question")));
    }
}
