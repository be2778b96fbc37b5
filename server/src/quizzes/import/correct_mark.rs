//! Parses the marks of right options in sheets and texts.

use protocol::limits;
use protocol::quiz::digit;

/// The meaning of a mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CorrectMark {
    /// Indices of the right options, from 0.
    Options(Vec<usize>),
    /// The file does not say which answer is right.
    Unsaid,
    /// The mark matches none of the options: why, as a part of a sentence.
    Unclear(String),
}

/// Words before a number that mean nothing.
const FILLERS: [&str; 7] = ["and", "or", "und", "oder", "y", "et", "answer"];
/// The longest mark, in characters.
const MARK_CHARS: usize = 400;

/// Parses `1`, `1,3`, `1; 3`, `A and C`, `option 2`, or an option's own text. Some spreadsheets make the
/// fraction 1.3 of `1,3`. `options` has all cells for options, also empty ones.
pub(crate) fn right_answers(mark: &str, options: &[&str]) -> CorrectMark {
    let mark = mark.trim();
    if mark.is_empty() {
        return CorrectMark::Unsaid;
    }
    let shown = super::cut(mark, 40);
    if mark.chars().count() > MARK_CHARS {
        return CorrectMark::Unclear(format!("“{shown}” says of no answer that it is right"));
    }
    match numbers(mark) {
        Some(numbers) => checked(numbers, &shown, mark, options),
        None => match texts(mark, options) {
            Some(right) => CorrectMark::Options(right),
            None => CorrectMark::Unclear(format!("“{shown}” is none of the answers; write a number, such as 1 or 1,3")),
        },
    }
}

/// Refuses numbers without an option; what could be meant is not guessed.
fn checked(numbers: Vec<usize>, shown: &str, mark: &str, options: &[&str]) -> CorrectMark {
    let is_there = |at: &usize| options.get(*at).is_some_and(|option| !option.is_empty());
    let Some(missing) = numbers.iter().find(|at| !is_there(at)) else { return CorrectMark::Options(numbers) };
    if let Some(text) = options.iter().find(|option| same(option, mark)) {
        return CorrectMark::Unclear(format!("no answer has the number {shown}, but one reads “{}”", text.trim()));
    }
    let count = options.iter().filter(|option| !option.is_empty()).count();
    let last = char::from(b'A'.saturating_add(u8::try_from(count.saturating_sub(1)).unwrap_or(25).min(25)));
    let is_letter = shown.chars().all(|letter| letter.is_ascii_alphabetic());
    CorrectMark::Unclear(if is_letter {
        format!("{shown} is the right answer, but there are only A to {last}")
    } else {
        let number = missing + 1;
        // One too many may be an option that was not filled in.
        if *missing <= count { format!("answer {number} is empty") } else { format!("there is no answer {number}") }
    })
}

/// The numbers of a mark, from 0; `None` if it is something else.
fn numbers(mark: &str) -> Option<Vec<usize>> {
    let plain = |letter: char| digit(letter).and_then(|value| char::from_digit(value, 10)).unwrap_or(letter);
    let said: String = mark.chars().map(plain).flat_map(char::to_lowercase).collect();
    // Some programs write a whole number as `2.0`.
    let said = said.strip_suffix(".0").unwrap_or(&said);
    let parts = said.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty());
    let parts = parts.filter(|part| !FILLERS.contains(part) && !part.starts_with("option"));
    let numbers: Vec<_> = parts.map(number).collect::<Option<_>>()?;
    (!numbers.is_empty()).then_some(numbers)
}

fn number(part: &str) -> Option<usize> {
    match part.as_bytes() {
        [letter @ b'a'..=b'j'] => Some(usize::from(letter - b'a')),
        _ => part.parse::<usize>().ok()?.checked_sub(1).filter(|at| *at < limits::ACCEPTED_ANSWERS),
    }
}

/// The options that are named by their texts: one, or several between commas.
fn texts(mark: &str, options: &[&str]) -> Option<Vec<usize>> {
    let of = |text: &str| options.iter().position(|option| !option.is_empty() && same(option, text));
    if let Some(one) = of(mark) {
        return Some(vec![one]);
    }
    for between in [';', '|', '\n', ','] {
        if let Some(all) = mark.split(between).map(|text| of(text.trim())).collect::<Option<Vec<_>>>() {
            return Some(all);
        }
    }
    None
}

fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: [&str; 4] = ["Mars", "Venus", "Saturn", ""];

    #[test]
    fn right_answers_are_read_as_people_mark_them() {
        for (mark, expected) in [
            ("1,3", vec![0, 2]),
            ("1;3", vec![0, 2]),
            ("1 and 3", vec![0, 2]),
            ("A, C", vec![0, 2]),
            ("a und c", vec![0, 2]),
            ("1.3", vec![0, 2]),
            ("3 1", vec![2, 0]),
            ("2.0", vec![1]),
            ("٢", vec![1]),
            ("Option 2", vec![1]),
            ("Answer C", vec![2]),
            ("venus", vec![1]),
            ("Mars, Saturn", vec![0, 2]),
        ] {
            assert_eq!(right_answers(mark, &THREE), CorrectMark::Options(expected), "{mark}");
        }
        assert_eq!(right_answers(" ", &THREE), CorrectMark::Unsaid);
    }

    #[test]
    fn what_marks_none_of_them_is_told() {
        for (mark, why) in [
            ("E", "E is the right answer, but there are only A to C"),
            ("4", "answer 4 is empty"),
            ("7", "there is no answer 7"),
            ("0", "“0” is none of the answers; write a number, such as 1 or 1,3"),
            ("Pluto", "“Pluto” is none of the answers; write a number, such as 1 or 1,3"),
            ("1e9", "“1e9” is none of the answers; write a number, such as 1 or 1,3"),
        ] {
            assert_eq!(right_answers(mark, &THREE), CorrectMark::Unclear(why.into()), "{mark}");
        }
        let sums = ["5", "6", "7", "8"];
        let why = "no answer has the number 6, but one reads “6”";
        assert_eq!(right_answers("6", &sums), CorrectMark::Unclear(why.into()));
        assert_eq!(right_answers("2", &sums), CorrectMark::Options(vec![1]));
    }
}
