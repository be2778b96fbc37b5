//! The texts of a player's page.

use protocol::game::frame::Count;
use protocol::game::{Outcome, Phase, Reveal, Verdict};
pub(crate) use protocol::text::grouped as number;

use super::{Board, MyAnswer};

/// The full stop after somebody's text in a sentence of ours; empty if the text ends with a sign of its own.
pub(crate) fn full_stop(text: &str) -> &'static str {
    let text = text.trim_end_matches(['"', '\'', ')', '”', '’', '»']);
    let has_own = text.ends_with(['.', '!', '?', '…', '。', '！', '？', '؟', '।']);
    if has_own { "" } else { "." }
}

/// As in `1 point` and `2,410 points`.
pub(crate) fn points(points: u32) -> String {
    counted(u64::from(points), "point", "points")
}

/// As in `1 player` and `22 players`.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// The ending of an ordinal number: `st`, `nd`, `rd` or `th`.
pub(crate) fn ordinal(place: usize) -> &'static str {
    match (place % 10, place % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    }
}

/// Milliseconds as seconds with one digit after the point: `3.1`.
pub(crate) fn seconds(ms: u64) -> String {
    let tenths = ms.saturating_add(50) / 100;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// The verdict in a word.
pub(crate) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Right => "Right",
        Verdict::Partly => "Partly right",
        Verdict::Wrong => "Not this one",
        Verdict::Missing => "No answer",
        Verdict::Poll => "Thanks for voting",
    }
}

/// The points of a question; empty where there were none to get.
pub(crate) fn brought(outcome: &Outcome) -> String {
    match (outcome.verdict, outcome.points) {
        (Verdict::Poll, _) => String::new(),
        (_, 0) => "No points".into(),
        (_, won) => points(won),
    }
}

/// The sentence about a player's place; empty before the first question.
pub(crate) fn place(outcome: &Outcome) -> String {
    if outcome.question == 0 { "Your place".into() } else { moved(outcome.moved) }
}

/// The sentence about the places gained (above 0) or lost with a question.
fn moved(moved: i64) -> String {
    let places = counted(moved.unsigned_abs(), "place", "places");
    match moved {
        0 => "No change".into(),
        1.. => format!("Up {places}"),
        _ => format!("Down {places}"),
    }
}

/// The sentence about the next player ahead.
pub(crate) fn ahead(outcome: &Outcome) -> String {
    match &outcome.ahead {
        Some((name, 0)) => format!("Level with {name}"),
        Some((name, behind)) => format!("{} behind {name}", points(*behind)),
        None if outcome.place == 1 => "You are in the lead".into(),
        None => String::new(),
    }
}

/// How many others had it wrong; empty if nobody had.
pub(crate) fn missed(others: usize) -> String {
    match others {
        0 => String::new(),
        1 => "One other missed it too.".into(),
        _ => format!("{} others missed it too.", number(others as u64)),
    }
}

/// How many others chose the same in a poll.
pub(crate) fn chose_too(others: usize) -> String {
    match others {
        0 => "Nobody else chose it.".into(),
        1 => "One other chose it too.".into(),
        _ => format!("{} others chose it too.", number(others as u64)),
    }
}

/// How late an answer came.
pub(crate) fn late(by_ms: Option<u64>) -> String {
    match by_ms {
        Some(ms) => format!("Time is up. Your answer came {} s late.", seconds(ms.max(50))),
        None => "Time is up. Your answer came too late.".into(),
    }
}

/// The sentence before the server has told what the person waits for.
pub(crate) const WAITING: &str = "Waiting for the host to let you in.";

/// The nickname that a refusal proposes: `Ada L` of "… Try Ada L."
pub(crate) fn proposal(sentence: &str) -> Option<&str> {
    let (_, proposed) = sentence.rsplit_once(". Try ")?;
    proposed.strip_suffix('.').filter(|name| !name.is_empty())
}

/// Shown before a question opens.
pub(crate) const GET_READY: &str = "Get ready.";

/// The status of a player's answer while the question is shown; `count` is the last one,
/// perhaps of another question.
pub(crate) fn answering(board: &Board, is_connected: bool, count: Option<Count>) -> String {
    let game = &board.game;
    match (&board.answer, game.phase) {
        (MyAnswer::Late { by_ms }, _) => late(*by_ms),
        (MyAnswer::Sending(_), _) if !is_connected => "Your answer is kept. It is sent when you are back.".into(),
        (MyAnswer::Sending(_) | MyAnswer::Counts(_), Phase::Closed) => "Locked in. Time is up.".into(),
        (MyAnswer::Sending(_) | MyAnswer::Counts(_), _) => {
            format!("Locked in. {}", thinking(count.filter(|count| Some(count.question) == game.at)))
        }
        (MyAnswer::Open, Phase::Closed) => "Time is up.".into(),
        (MyAnswer::Open, _) if game.paused.is_some() => "Paused.".into(),
        (MyAnswer::Open, Phase::Ready) => GET_READY.into(),
        (MyAnswer::Open, _) => "Answer now.".into(),
    }
}

/// How many have not answered yet, for players who have.
fn thinking(count: Option<Count>) -> String {
    match count.map(|count| count.players.saturating_sub(count.answered)) {
        None => "Wait for the others.".into(),
        Some(0) => "Everyone has answered.".into(),
        Some(1) => "1 is still thinking.".into(),
        Some(others) => format!("{} are still thinking.", number(others as u64)),
    }
}

/// The outcome of a question as a sentence for screen readers.
pub(crate) fn result(outcome: &Outcome, reveal: &Reveal, scored: bool) -> String {
    let mut said = vec![verdict(outcome.verdict).to_owned()];
    if scored && outcome.verdict != Verdict::Poll {
        said.push(brought(outcome));
    }
    if outcome.verdict != Verdict::Right && !reveal.right.is_empty() {
        said.push(format!("It was {}", reveal.right));
    }
    if scored && outcome.place > 0 {
        said.push(format!("You are {}{}", outcome.place, ordinal(outcome.place)));
    }
    let sentences: Vec<_> = said.iter().map(|said| format!("{said}{}", full_stop(said))).collect();
    sentences.join(" ")
}

/// The result of the round before, for one player.
pub(crate) fn last_round(score: u32) -> String {
    format!("{}. Everyone starts at 0 again.", points(score))
}

/// The sentence before the first question.
pub(crate) fn soon(round: u32) -> String {
    match round {
        1 => "Watch the big screen. The host will start soon.".into(),
        _ => format!("Same class, round {round}. Watch the big screen: it starts there."),
    }
}

/// What a player waits for at the end of a game.
pub(crate) const WAITING_FOR_NEXT: &str = "Waiting for the host: the next quiz begins here by itself.";

/// What is said to a player whose place is still to come on the podium.
pub(crate) const UNVEILING: &str = "Your place is shown there first.";

/// The final result of one player.
pub(crate) fn finish(board: &Board) -> String {
    match board.final_place().filter(|_| board.game.scored) {
        Some(place) => format!("You came {place}{} with {}.", ordinal(place), points(board.score)),
        None => "That was the last question.".into(),
    }
}
