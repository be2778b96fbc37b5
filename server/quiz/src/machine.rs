//! The state machine of a game: what a host's commands and the time do.
//!
//! ```text
//! Lobby ─▶ Ready ─▶ Open ─▶ Closed ─(count)─▶ Reveal ─▶ Places ─▶ Ready … ─▶ Podium ─▶ Ended
//! ```
//!
//! A slide is open at once and goes straight on. A quiz without points has no
//! places. The podium shows its last place at once, and one more with each step. Knows no answers and no players: they are [`crate::count`]ed.

use protocol::game::{Admission, Phase};
use protocol::limits;
use protocol::quiz::{Kind, Quiz};

use crate::scoring::is_scored;
use crate::state::{Clock, State};

/// A tick that is later by more opens the question at the tick, and not at the planned time: nobody can
/// answer a question before it is shown.
const LATE_MS: u64 = 250;

/// A host's command, or the passing of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Goes from the lobby to the first question.
    Start,
    /// Goes to what comes next: the reveal, the places, the next question or the podium.
    Next,
    /// Skips the rest of this question, without counting it if it was not counted yet.
    Skip,
    /// Stops the question's clock; no answer is accepted until [`Self::Resume`].
    Pause,
    /// Lets the clock run again.
    Resume,
    /// Adds so many seconds, 1 to 600; `None` removes the limit.
    Extend(Option<u32>),
    /// Closes the question for answers.
    Reveal,
    /// Locks or unlocks the game for newcomers, in any phase.
    Lock(bool),
    /// Decides whether newcomers enter at once, in any phase.
    Admission(Admission),
    /// Opens or closes the class chat.
    Chat(bool),
    /// Goes to the podium, and from it to the end.
    End,
    /// Time has passed. Harmless when it comes early or twice.
    Tick,
}

/// Why a command is not done. Reads as a sentence for the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Not possible in this phase.
    #[error("{}", going_on(*.0))]
    NotNow(Phase),
    /// A slide takes no answers, so there is nothing to extend or close.
    #[error("This is a slide: there is nothing to answer and no time limit.")]
    Slide,
    /// The question has no time limit to change.
    #[error("This question has no time limit.")]
    NoEnd,
    /// The number of seconds is out of range.
    #[error("Give between 1 and {} seconds more.", limits::ANSWER_SECONDS)]
    BadSeconds,
    /// The clock is stopped already.
    #[error("The game is paused already.")]
    Paused,
    /// The clock is running already.
    #[error("The game is not paused.")]
    NotPaused,
    /// A tick came early or twice: there is nothing to do.
    #[error("Nothing is due.")]
    NothingDue,
}

fn going_on(phase: Phase) -> &'static str {
    match phase {
        Phase::Lobby => "The game has not started yet.",
        Phase::Ready => "Wait a moment: the question is about to open.",
        Phase::Open => "The question is still open.",
        Phase::Closed => "Wait a moment: the points are being counted.",
        Phase::Reveal => "The question is over.",
        Phase::Places => "The question is over: the leaders are being shown.",
        Phase::Podium => "The last question is over: the winners are being shown.",
        Phase::Ended => "The game is over.",
    }
}

/// The state of a game after a command. `now` is of the store's clock, in milliseconds since 1970.
///
/// # Errors [`Rejection`] says why nothing changes.
pub fn apply(quiz: &Quiz, state: &State, command: &Command, now: u64) -> Result<State, Rejection> {
    match (state.phase, *command) {
        (Phase::Ended, Command::Tick) => Err(Rejection::NothingDue),
        (Phase::Ended, _) => Err(Rejection::NotNow(Phase::Ended)),
        (_, Command::Lock(locked)) => Ok(State { locked, ..state.clone() }),
        (_, Command::Admission(admission)) => Ok(State { admission, ..state.clone() }),
        (_, Command::Chat(chat)) => Ok(State { chat, ..state.clone() }),

        (Phase::Lobby, Command::Start) => Ok(ask(quiz, state, 0, now)),
        (Phase::Ready, Command::Tick) => open(quiz, state, now),
        (Phase::Open, Command::Tick) => tick_open(state, now),
        (Phase::Open, Command::Next) if is_slide(quiz, state) => Ok(advance(quiz, state, now)),
        (Phase::Open, Command::Reveal | Command::Extend(_)) if is_slide(quiz, state) => Err(Rejection::Slide),
        (Phase::Open, Command::Next | Command::Reveal) => Ok(close(state, now)),
        (Phase::Open, Command::Extend(seconds)) => extend(state, seconds, now),
        (Phase::Ready | Phase::Open, Command::Pause) => pause(state, now),
        (Phase::Ready | Phase::Open, Command::Resume) => resume(state, now),
        (Phase::Reveal, Command::Next) if is_scored(quiz) => Ok(State { phase: Phase::Places, ..state.clone() }),
        (Phase::Reveal | Phase::Places, Command::Next) => Ok(advance(quiz, state, now)),
        (Phase::Podium, Command::Next) if state.missing > 0 => {
            Ok(State { missing: state.missing - 1, ..state.clone() })
        }
        (Phase::Podium, Command::Next | Command::End) => Ok(State { phase: Phase::Ended, ..state.clone() }),

        (Phase::Lobby | Phase::Podium, Command::Skip) => Err(Rejection::NotNow(state.phase)),
        (_, Command::Skip) => Ok(advance(quiz, state, now)),
        (_, Command::End) => Ok(podium(state)),
        (_, Command::Tick) => Err(Rejection::NothingDue),
        (phase, _) => Err(Rejection::NotNow(phase)),
    }
}

/// Goes to the next question, or to the podium after the last one.
fn advance(quiz: &Quiz, state: &State, now: u64) -> State {
    ask(quiz, state, state.at.map_or(0, |at| at + 1), now)
}

fn ask(quiz: &Quiz, state: &State, number: usize, now: u64) -> State {
    let Some(question) = quiz.questions.get(number) else { return podium(state) };
    let (phase, wait_ms) = match question.kind {
        Kind::Slide => (Phase::Open, 0),
        _ => (Phase::Ready, u64::from(limits::READY_SECONDS) * 1000),
    };
    let clock = Clock { opens_at: Some(now.saturating_add(wait_ms)), ..Clock::default() };
    State { phase, at: Some(number), clock, reveal: None, ..state.clone() }
}

fn podium(state: &State) -> State {
    let missing = state.places_to_come();
    State { phase: Phase::Podium, clock: Clock::default(), reveal: None, missing, ..state.clone() }
}

fn open(quiz: &Quiz, state: &State, now: u64) -> Result<State, Rejection> {
    let planned = state.due_at().filter(|due_at| now >= *due_at).ok_or(Rejection::NothingDue)?;
    let opened_at = if now - planned > LATE_MS { now } else { planned };
    let seconds = state.question(quiz).map_or(0, |(_, question)| question.seconds);
    let time_limit_ms = (seconds > 0).then(|| u64::from(seconds) * 1000);
    let closes_at = time_limit_ms.map(|time_limit_ms| opened_at.saturating_add(time_limit_ms));
    let clock = Clock { opens_at: Some(opened_at), closes_at, time_limit_ms, paused_at: None };
    Ok(State { phase: Phase::Open, clock, ..state.clone() })
}

fn tick_open(state: &State, now: u64) -> Result<State, Rejection> {
    match state.due_at() {
        Some(due_at) if now >= due_at => Ok(close(state, now)),
        _ => Err(Rejection::NothingDue),
    }
}

/// Closes the question. A paused one closes as of the pause: no answer came after that.
fn close(state: &State, now: u64) -> State {
    let now = state.clock.paused_at.unwrap_or(now);
    let closes_at = state.clock.closes_at.map_or(now, |closes_at| closes_at.min(now));
    let clock = Clock { closes_at: Some(closes_at), paused_at: None, ..state.clock };
    State { phase: Phase::Closed, clock, ..state.clone() }
}

fn extend(state: &State, seconds: Option<u32>, now: u64) -> Result<State, Rejection> {
    let closes_at = state.clock.closes_at.ok_or(Rejection::NoEnd)?;
    let (closes_at, time_limit_ms) = match seconds {
        None => (None, None),
        Some(seconds) if (1..=limits::ANSWER_SECONDS).contains(&seconds) => {
            // Where the time has run out, the extension counts from now.
            let from = closes_at.max(state.clock.paused_at.unwrap_or(now));
            let closes_at = from.saturating_add(u64::from(seconds) * 1000);
            (Some(closes_at), state.clock.opens_at.map(|opened_at| closes_at.saturating_sub(opened_at)))
        }
        Some(_) => return Err(Rejection::BadSeconds),
    };
    Ok(State { clock: Clock { closes_at, time_limit_ms, ..state.clock }, ..state.clone() })
}

fn pause(state: &State, now: u64) -> Result<State, Rejection> {
    match state.clock.paused_at {
        Some(_) => Err(Rejection::Paused),
        None => Ok(State { clock: Clock { paused_at: Some(now), ..state.clock }, ..state.clone() }),
    }
}

/// Moves the closing time by the length of the pause, and the opening time too, so that answer times do
/// not contain the pause.
fn resume(state: &State, now: u64) -> Result<State, Rejection> {
    let paused_at = state.clock.paused_at.ok_or(Rejection::NotPaused)?;
    let later = |at: u64| at.saturating_add(now.saturating_sub(paused_at));
    let clock = Clock {
        opens_at: state.clock.opens_at.map(later),
        closes_at: state.clock.closes_at.map(later),
        paused_at: None,
        ..state.clock
    };
    Ok(State { clock, ..state.clone() })
}

fn is_slide(quiz: &Quiz, state: &State) -> bool {
    state.question(quiz).is_some_and(|(_, question)| question.kind == Kind::Slide)
}
