//! Numbers of these pages, as sentences.

use protocol::game::{Phase, RunningGame};

use crate::state::game::texts::counted;

/// As in `1 question` and `12 questions`.
pub(super) fn questions(count: usize) -> String {
    counted(count as u64, "question", "questions")
}

/// As in `1 player` and `24 players`.
pub(super) fn players(count: usize) -> String {
    counted(count as u64, "player", "players")
}

/// The title of a quiz in a sentence or a list, also where it has none.
pub(super) fn title(title: String) -> String {
    if title.trim().is_empty() { "A quiz without a title".into() } else { title }
}

/// As in `Not ready: 2 things are missing`; nothing where nothing is.
pub(super) fn missing(problems: usize) -> Option<String> {
    (problems > 0).then(|| format!("Not ready: {}", counted(problems as u64, "thing is missing", "things are missing")))
}

/// How far a game is, as in `question 3 of 10`.
pub(super) fn progress(game: &RunningGame) -> String {
    match game.phase {
        Phase::Lobby => "waiting in the lobby".into(),
        Phase::Podium | Phase::Ended => "on the podium".into(),
        _ => format!("question {} of {}", game.at.map_or(1, |at| at + 1), game.questions),
    }
}

/// As in `Not finished: 3 of 10 questions`.
pub(super) fn not_finished((asked, of): (usize, usize)) -> String {
    format!("Not finished: {asked} of {}", questions(of))
}

/// As in `62%`; a dash where no answer could be right.
pub(super) fn percent(percent: Option<u32>) -> String {
    percent.map_or_else(|| "–".into(), |percent| format!("{percent}%"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_game_says_how_far_it_is() {
        let at = |phase: &str, rest: &str| {
            let game = format!(
                r#"{{"pin":"482915","title":"T","round":1,"phase":"{phase}","questions":10,"players":3,"isOwn":true{rest}}}"#
            );
            progress(&protocol::wire::decode(&game).unwrap())
        };
        assert_eq!(at("lobby", ""), "waiting in the lobby");
        assert_eq!(at("reveal", r#","at":2"#), "question 3 of 10");
        assert_eq!(at("podium", r#","at":9"#), "on the podium");
    }

    #[test]
    fn numbers_are_written_as_people_read_them() {
        assert_eq!((percent(Some(62)), percent(None)), ("62%".into(), "–".into()));
        assert_eq!((questions(1), players(2)), ("1 question".into(), "2 players".into()));
        assert_eq!(not_finished((3, 10)), "Not finished: 3 of 10 questions");
        assert_eq!((missing(0), missing(1)), (None, Some("Not ready: 1 thing is missing".into())));
    }
}
