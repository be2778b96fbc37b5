//! Numbers and dates of these pages, as sentences.

use crate::state::time::{Local, day_name};

/// As in `1 question` and `12 questions`.
pub(super) fn questions(count: usize) -> String {
    counted(count, "question", "questions")
}

/// As in `1 player` and `24 players`.
pub(super) fn players(count: usize) -> String {
    counted(count, "player", "players")
}

/// As in `2 things are missing`; nothing where nothing is.
pub(super) fn missing(problems: usize) -> Option<String> {
    (problems > 0).then(|| counted(problems, "thing is missing", "things are missing"))
}

/// As in `Saturday, 21 November 2026, 13:52`, by the server's clock, which is UTC.
pub(super) fn moment(ms: u64) -> String {
    let moment = Local::new(ms, 0);
    // No year is current here: the page does not know when it is read.
    format!("{}, {} UTC", day_name(moment.day(), i64::MAX / 2), moment.clock())
}

/// The moment for programs.
pub(super) fn machine(ms: u64) -> String {
    Local::new(ms, 0).machine()
}

/// As in `62 %`; a dash where nothing could be known.
pub(super) fn percent(percent: Option<u32>) -> String {
    percent.map_or_else(|| "–".into(), |percent| format!("{percent} %"))
}

/// As in `12,410`.
pub(super) fn points(score: u32) -> String {
    let digits = score.to_string();
    let parts: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    parts.join(",")
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_read_them() {
        assert_eq!(
            ["0", "999", "1,000", "12,410", "1,234,567"],
            [0, 999, 1000, 12_410, 1_234_567].map(points).each_ref().map(String::as_str)
        );
        assert_eq!((percent(Some(62)), percent(None)), ("62 %".into(), "–".into()));
        assert_eq!((questions(1), players(2)), ("1 question".into(), "2 players".into()));
        assert_eq!((missing(0), missing(1)), (None, Some("1 thing is missing".into())));
    }

    #[test]
    fn a_moment_names_its_year() {
        assert_eq!(moment(1_795_262_400_000), "Saturday, 21 November 2026, 12:00 UTC");
    }
}
