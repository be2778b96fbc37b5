//! Recognises headings with a typing mistake.

/// The headings that may be meant.
const HEADINGS: [&str; 15] = [
    "question",
    "question text",
    "answer 1",
    "answer 2",
    "answer 3",
    "answer 4",
    "option 1",
    "option 2",
    "option 3",
    "option 4",
    "correct answer(s)",
    "correct answer",
    "time limit",
    "explanation",
    "tolerance",
];
/// The shortest heading that is corrected, in characters.
const SHORTEST: usize = 6;
const LONGEST: usize = 24;

/// The heading that was meant, if it differs by one letter, or by two if it is long.
pub(in crate::quizzes) fn nearly(name: &str) -> Option<&'static str> {
    nearest(name, &HEADINGS)
}

/// The word of a list that differs from this one by a typing mistake.
pub(in crate::quizzes) fn nearest<'a>(name: &str, words: &[&'a str]) -> Option<&'a str> {
    let length = name.chars().count();
    if !(3..=LONGEST).contains(&length) {
        return None;
    }
    let most = if length < SHORTEST { 1 } else { 2 };
    let near = words.iter().map(|word| (distance(name, word), *word));
    // Only letters may differ: "answer 9" is not "answer 1".
    let near = near.filter(|(distance, word)| *distance <= most && digits(name) == digits(word));
    near.min_by_key(|(distance, _)| *distance).map(|(_, word)| word)
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// The edit distance: letters that were left out, added, replaced or swapped with the next one.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<_>, Vec<_>) = (one.chars().collect(), other.chars().collect());
    let width = other.len() + 1;
    let mut rows = vec![0; (one.len() + 1) * width];
    let at = |row: usize, column: usize| row * width + column;
    for row in 0..=one.len() {
        for column in 0..=other.len() {
            rows[at(row, column)] = if row == 0 || column == 0 {
                row + column
            } else {
                let is_same = one[row - 1] == other[column - 1];
                let replaced = rows[at(row - 1, column - 1)] + usize::from(!is_same);
                let added = rows[at(row - 1, column)].min(rows[at(row, column - 1)]) + 1;
                let is_exchanged =
                    row > 1 && column > 1 && one[row - 1] == other[column - 2] && one[row - 2] == other[column - 1];
                let exchanged = if is_exchanged { rows[at(row - 2, column - 2)] + 1 } else { usize::MAX };
                replaced.min(added).min(exchanged)
            };
        }
    }
    rows[at(one.len(), other.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_more_or_less_is_a_typing_mistake() {
        for (name, meant) in [
            ("qestion", Some("question")),
            ("quesiton", Some("question")),
            ("anwser 3", Some("answer 3")),
            ("corect answer(s)", Some("correct answer(s)")),
            ("answer 9", None),
            ("age", None),
            ("name", None),
        ] {
            assert_eq!(nearly(name), meant, "{name}");
        }
        assert_eq!(nearest("anwsers", &["answers", "solutions"]), Some("answers"));
    }
}
