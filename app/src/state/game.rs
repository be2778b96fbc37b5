//! What the page of a game knows, as plain data.
//!
//! Folds what a link tells into what is shown. Reads no clock: the time is an
//! argument, and the server's is reckoned from what the server tells.

use protocol::game::frame::{Answered, GivenAnswer, Joined};
use protocol::game::link::Event;
use protocol::game::{Answer, Game, Outcome, Phase, Taken};
use protocol::{Member, Refusal, limits};

use super::Standing;

/// A game as one of its people sees it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Board {
    /// Of `game`.
    pub(crate) version: u64,
    /// How the game is.
    pub(crate) game: Game,
    /// Oneself; `None` for a host, and for somebody who is not in it yet.
    pub(crate) me: Option<Member>,
    /// Points in all.
    pub(crate) score: u32,
    /// The answer to the question of `game`.
    pub(crate) answer: MyAnswer,
    /// What the question of `game` brought, from its reveal on.
    pub(crate) outcome: Option<Outcome>,
    /// Whether a host is there.
    pub(crate) host_here: bool,
    /// Why one cannot be in this game.
    pub(crate) out: Option<Refusal>,
}

/// An answer, from the press of a button on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum MyAnswer {
    /// There is none yet.
    Open,
    /// It is on its way, or goes out when the connection is back.
    Sending(Answer),
    /// It counts.
    Counts(Answer),
    /// The time was over.
    Late {
        /// By how many milliseconds, if that was told.
        by_ms: Option<u64>,
    },
}

impl MyAnswer {
    /// The answer, unless there is none that may count.
    pub(crate) fn given(&self) -> Option<&Answer> {
        match self {
            Self::Sending(answer) | Self::Counts(answer) => Some(answer),
            Self::Open | Self::Late { .. } => None,
        }
    }
}

impl Board {
    /// What a page begins with that shows `game` to its host.
    pub(crate) fn hosting(version: u64, game: Game) -> Self {
        Self { version, game, me: None, score: 0, answer: MyAnswer::Open, outcome: None, host_here: true, out: None }
    }

    /// What the page of somebody begins with who has no seat in the game yet.
    pub(crate) fn outside(title: String) -> Self {
        Self::hosting(0, untold(title))
    }

    /// What a player's page begins with.
    pub(crate) fn joined(joined: Joined) -> Self {
        let mut board = Self::hosting(joined.version, joined.game);
        board.me = Some(joined.you);
        board.score = joined.score;
        board.outcome = joined.outcome;
        board.host_here = joined.host_here;
        if let Some(given) = joined.given.filter(|given| board.game.at == Some(given.question)) {
            board.answer = MyAnswer::Counts(given.answer);
        }
        board.drop_past();
        board
    }

    /// Takes in what the link tells. Says whether anything changed.
    pub(crate) fn fold(&mut self, event: &Event) -> bool {
        match event {
            Event::Joined(joined) => {
                let sending = match &self.answer {
                    MyAnswer::Sending(_) if self.game.at == joined.game.at => Some(self.answer.clone()),
                    _ => None,
                };
                *self = Self::joined(joined.clone());
                if let (Some(sending), MyAnswer::Open) = (sending, &self.answer) {
                    self.answer = sending;
                }
            }
            Event::Hosting(hosting) => *self = Self::hosting(hosting.version, hosting.game.clone()),
            Event::Changed(changed) => {
                if self.game.at != changed.game.at {
                    self.answer = MyAnswer::Open;
                }
                self.version = changed.version;
                self.game = changed.game.clone();
                self.drop_past();
            }
            Event::Answering(answer) => return self.answering(answer),
            Event::Answered(answered) => return self.answered(answered),
            Event::Unanswered(_) => self.answer = MyAnswer::Open,
            Event::Outcome(outcome) => {
                self.score = outcome.score;
                self.outcome = Some(outcome.clone());
                self.drop_past();
            }
            Event::HostHere(here) => self.host_here = *here,
            Event::Out(refusal) => self.out = Some(refusal.clone()),
            _ => return false,
        }
        true
    }

    fn answering(&mut self, answer: &GivenAnswer) -> bool {
        let is_new = self.game.at == Some(answer.question) && self.answer == MyAnswer::Open;
        if is_new {
            self.answer = MyAnswer::Sending(answer.answer.clone());
        }
        is_new
    }

    fn answered(&mut self, answered: &Answered) -> bool {
        let is_this = self.game.at == Some(answered.question);
        if is_this {
            self.answer = match (&answered.given, answered.taken) {
                (Some(given), _) => MyAnswer::Counts(given.answer.clone()),
                (None, Taken::Late) => MyAnswer::Late { by_ms: answered.late_ms },
                // A server that does not say which one counts means this one.
                (None, Taken::Accepted | Taken::Duplicate) => {
                    self.answer.given().map_or(MyAnswer::Open, |answer| MyAnswer::Counts(answer.clone()))
                }
            };
        }
        is_this
    }

    /// What another question brought is not shown with this one.
    fn drop_past(&mut self) {
        let at = self.game.at;
        self.outcome.take_if(|outcome| at != Some(outcome.question));
    }
}

/// A game of which only the title is known.
fn untold(title: String) -> Game {
    Game {
        title,
        phase: Phase::Lobby,
        questions: 0,
        at: None,
        asked: None,
        opens_at: None,
        closes_at: None,
        paused: None,
        locked: false,
        chat: false,
        scored: false,
        players: 0,
        reveal: None,
        leaders: Vec::new(),
        best_known: None,
    }
}

/// How the game can be reached, after what the link told.
pub(crate) fn standing(before: Standing, event: &Event) -> Standing {
    match event {
        Event::Status(status) => Standing::from(*status),
        Event::Reach(false) if before == Standing::Live => Standing::Paused,
        Event::Reach(true) if before == Standing::Paused => Standing::Live,
        _ => before,
    }
}

/// The server's clock, as far as it can be told here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ServerClock {
    /// How far it is ahead of the clock of this computer, in milliseconds.
    ahead_ms: i64,
}

/// What comes later than this tells of a clock that was set, not of a slow way.
const SLOWEST_MS: i64 = 3_000;

impl ServerClock {
    /// The server's clock showed `told_ms` a moment before this one shows `here_ms`.
    pub(crate) fn new(told_ms: u64, here_ms: u64) -> Self {
        Self { ahead_ms: told_ms as i64 - here_ms as i64 }
    }

    /// The same is told again. The way here takes time and never less than
    /// none, so of two tellings the one that is further ahead is nearer.
    pub(crate) fn hear(self, told_ms: u64, here_ms: u64) -> Self {
        let now = Self::new(told_ms, here_ms);
        if self.ahead_ms > now.ahead_ms && self.ahead_ms - now.ahead_ms < SLOWEST_MS { self } else { now }
    }

    /// What it shows when the clock here shows `here_ms`.
    pub(crate) fn at(self, here_ms: u64) -> u64 {
        here_ms.saturating_add_signed(self.ahead_ms)
    }
}

/// How much is left of what runs, in milliseconds, and how much it was in all;
/// `None` where nothing runs out. `now` is the server's.
pub(crate) fn time_left(game: &Game, now: u64) -> Option<(u64, u64)> {
    let asked_ms = game.asked.as_ref().map_or(0, |asked| u64::from(asked.seconds) * 1000);
    let (end, whole) = match game.phase {
        Phase::Ready => (game.opens_at, u64::from(limits::READY_SECONDS) * 1000),
        Phase::Open => {
            let whole = game.closes_at.zip(game.opens_at).map(|(end, begin)| end.saturating_sub(begin));
            (game.closes_at, whole.unwrap_or(asked_ms))
        }
        _ => return None,
    };
    let left = match game.paused {
        Some(0) => return None,
        Some(left) => left,
        None => end?.saturating_sub(now),
    };
    Some((left, whole.max(left).max(1)))
}

/// What is said when so many seconds are left and it were more before.
pub(crate) fn mark(before: Option<u64>, left: u64) -> Option<&'static str> {
    let passed = |mark: u64| before.is_some_and(|before| before > mark) && left <= mark;
    match () {
        () if passed(0) => Some("Time is up."),
        () if passed(5) => Some("5 seconds left."),
        () if passed(10) => Some("10 seconds left."),
        () => None,
    }
}

#[cfg(test)]
mod tests;
