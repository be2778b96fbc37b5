//! Numbers of these pages, as sentences.

use crate::state::game::words::counted;

/// As in `1 question` and `12 questions`.
pub(super) fn questions(count: usize) -> String {
    counted(count as u64, "question", "questions")
}

/// As in `1 player` and `24 players`.
pub(super) fn players(count: usize) -> String {
    counted(count as u64, "player", "players")
}

/// What a quiz is called, where it stands in a sentence or a list.
pub(super) fn title(title: String) -> String {
    if title.trim().is_empty() { "A quiz without a title".into() } else { title }
}

/// As in `Not ready: 2 things are missing`; nothing where nothing is.
pub(super) fn missing(problems: usize) -> Option<String> {
    (problems > 0).then(|| format!("Not ready: {}", counted(problems as u64, "thing is missing", "things are missing")))
}

/// As in `62%`; a dash where nothing could be known.
pub(super) fn percent(percent: Option<u32>) -> String {
    percent.map_or_else(|| "–".into(), |percent| format!("{percent}%"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_read_them() {
        assert_eq!((percent(Some(62)), percent(None)), ("62%".into(), "–".into()));
        assert_eq!((questions(1), players(2)), ("1 question".into(), "2 players".into()));
        assert_eq!((missing(0), missing(1)), (None, Some("Not ready: 1 thing is missing".into())));
    }
}
