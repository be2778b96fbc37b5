//! Sentences and numbers of a host's screen.

use protocol::game::{Game, Leader, Phase, QuestionView, Reveal};
use protocol::quiz::Kind;

use crate::state::game::texts::{counted, full_stop, number as grouped};

/// As in `1 player` and `22 players`.
pub(super) fn players(count: usize) -> String {
    counted(count as u64, "player", "players")
}

/// As in `1 question` and `10 questions`.
pub(super) fn questions(count: usize) -> String {
    counted(count as u64, "question", "questions")
}

/// As in `19 are back, 2 are new, 3 seats are kept`: of a class that plays again. Where
/// it is not known how many of `here` are new, they are counted as players.
pub(super) fn back(here: usize, new: Option<usize>, kept: usize) -> String {
    let are = |count: usize| if count == 1 { "is" } else { "are" };
    let number = |count: usize| grouped(count as u64);
    let mut said = match new {
        None => players(here),
        Some(new) => {
            let back = here.saturating_sub(new);
            format!("{} {} back", number(back), are(back))
        }
    };
    if let Some(new) = new.filter(|new| *new > 0) {
        said.push_str(&format!(", {} {} new", number(new), are(new)));
    }
    if kept > 0 {
        let seats = if kept == 1 { "seat" } else { "seats" };
        said.push_str(&format!(", {} {seats} {} kept", number(kept), are(kept)));
    }
    said
}

/// A number with separators, as in `8,340`.
pub(super) fn thousands(number: u32) -> String {
    grouped(u64::from(number))
}

/// How a place has changed: `up 2`, `down 1`, `same`.
pub(super) fn moved(places: i64) -> String {
    match places {
        0 => "same".into(),
        1.. => format!("up {places}"),
        _ => format!("down {}", -places),
    }
}

/// The chart of answers as a sentence.
pub(super) fn chart(reveal: &Reveal) -> String {
    let Reveal { bars, players, answered, .. } = reveal;
    let mut sentence = String::new();
    for bar in bars.iter().filter(|bar| bar.right) {
        sentence.push_str(&format!("{} of {players} answered {}, a right answer. ", bar.count, bar.text));
    }
    let others: Vec<_> =
        bars.iter().filter(|bar| !bar.right).map(|bar| format!("{} {}", bar.text, bar.count)).collect();
    if !others.is_empty() {
        sentence.push_str(&format!("{}. ", others.join(", ")));
    }
    if sentence.is_empty() {
        return format!("{answered} of {players} answered.");
    }
    sentence.trim_end().to_owned()
}

/// As in `55%`: how many of those who answered gave this answer.
pub(super) fn share(count: usize, answered: usize) -> String {
    let rounded = (count * 100 + answered / 2).checked_div(answered).unwrap_or(0);
    format!("{}%", rounded.min(100))
}

/// As in `of 22 were right`; the number stands before it.
pub(super) fn were_right(correct: usize, players: usize) -> String {
    format!("of {players} {} right", if correct == 1 { "was" } else { "were" })
}

const NOBODY_SCORED: &str = "Nobody scored this time.";

/// The announcement of a new screen for screen readers.
pub(super) fn announcement(game: &Game) -> String {
    let asked = game.asked.as_ref();
    match game.phase {
        Phase::Lobby if game.round > 1 => "Same class, new round.".into(),
        Phase::Lobby | Phase::Closed => String::new(),
        Phase::Ready => asked.map(|asked| format!("{}: {}", progress(game), asked.text)).unwrap_or_default(),
        Phase::Open => asked.map(|asked| opened(game, asked)).unwrap_or_default(),
        Phase::Reveal => game.reveal.as_ref().map(revealed).unwrap_or_default(),
        Phase::Places => leader(&game.leaders).map(|first| format!("Leaderboard. {first} leads.")).unwrap_or_default(),
        Phase::Podium if game.leaders.iter().all(|leader| leader.score == 0) => NOBODY_SCORED.into(),
        Phase::Podium => leader(&game.leaders).map(|first| format!("{first} has won.")).unwrap_or_default(),
        Phase::Ended => "The game is over.".into(),
    }
}

/// The player in that place, counted from 0, as a sentence: the first one of several.
pub(super) fn place_announcement(game: &Game, place: usize) -> String {
    let told =
        |leader: &Leader| format!("{}: {}, with {} points.", nth_place(place), leader.name, thousands(leader.score));
    game.leaders.get(place).map(told).unwrap_or_default()
}

/// The name of a place of the podium, counted from 0.
pub(super) fn nth_place(place: usize) -> &'static str {
    ["First place", "Second place"].get(place).copied().unwrap_or("Third place")
}

fn opened(game: &Game, asked: &QuestionView) -> String {
    match (asked.kind, game.paused) {
        (_, Some(_)) => "Paused.".into(),
        (Kind::Slide, _) => {
            format!("{}: {}{} {}", progress(game), asked.text, full_stop(&asked.text), asked.body)
        }
        _ if game.closes_at.is_none() => "The question is open, without a time limit.".into(),
        _ => format!("The question is open for {} seconds.", asked.seconds),
    }
}

fn revealed(reveal: &Reveal) -> String {
    match reveal.right.as_str() {
        "" => chart(reveal),
        right => {
            format!(
                "Right: {right}{} {} {}.",
                full_stop(right),
                reveal.correct,
                were_right(reveal.correct, reveal.players)
            )
        }
    }
}

fn leader(leaders: &[Leader]) -> Option<String> {
    leaders.first().map(|first| format!("{}, with {} points,", first.name, thousands(first.score)))
}

/// As in `Question 4 of 10`.
pub(super) fn progress(game: &Game) -> String {
    format!("Question {} of {}", game.at.map_or(1, |at| at + 1), game.questions)
}

#[cfg(test)]
mod tests {
    use protocol::game::Bar;

    use super::*;

    fn bar(text: &str, count: usize, right: bool) -> Bar {
        Bar { text: text.into(), count, right }
    }

    fn reveal(bars: Vec<Bar>) -> Reveal {
        Reveal { right: "Jupiter".into(), bars, explanation: String::new(), correct: 12, answered: 19, players: 22 }
    }

    #[test]
    fn points_are_grouped_by_thousands() {
        assert_eq!([0, 920, 8340, 1_000_000].map(thousands), ["0", "920", "8,340", "1,000,000"]);
    }

    #[test]
    fn a_change_of_place_is_said_in_words() {
        assert_eq!([2, -1, 0].map(moved), ["up 2", "down 1", "same"]);
    }

    #[test]
    fn a_class_that_plays_again_is_counted_by_who_is_back() {
        assert_eq!(
            [(19, Some(0), 3), (1, Some(0), 1), (0, Some(0), 2), (4, Some(0), 0), (6, Some(1), 0), (6, None, 2)]
                .map(|(here, new, kept)| back(here, new, kept)),
            [
                "19 are back, 3 seats are kept",
                "1 is back, 1 seat is kept",
                "0 are back, 2 seats are kept",
                "4 are back",
                "5 are back, 1 is new",
                "6 players, 2 seats are kept",
            ]
        );
    }

    #[test]
    fn a_chart_can_be_read_aloud() {
        let bars = vec![bar("Mercury", 4, false), bar("Earth", 3, false), bar("Jupiter", 12, true)];
        assert_eq!(chart(&reveal(bars)), "12 of 22 answered Jupiter, a right answer. Mercury 4, Earth 3.");
        assert_eq!(chart(&reveal(vec![])), "19 of 22 answered.");
    }

    #[test]
    fn a_share_is_of_those_who_answered() {
        assert_eq!([0, 1, 2, 3].map(|count| share(count, 3)), ["0%", "33%", "67%", "100%"]);
        assert_eq!([(0, 0), (12, 24), (5, 1)].map(|(count, of)| share(count, of)), ["0%", "50%", "100%"]);
    }

    #[test]
    fn one_was_right_and_two_were() {
        assert_eq!(were_right(1, 22), "of 22 was right");
        assert_eq!(were_right(12, 22), "of 22 were right");
    }
}
