//! The state of a game's page, as plain data.
//!
//! Folds the events of the client into what is shown. Reads no clock: the time is an argument, and the
//! server's is estimated from what the server tells.

mod clock;
pub(crate) mod texts;

use client::game::Event;
use protocol::formula::Formulas;
use protocol::game::frame::{Answered, Joined, SubmittedAnswer};
use protocol::game::{Admission, Answer, AnswerStatus, Game, Outcome, Phase};
use protocol::quiz::Kind;
use protocol::{Member, Refusal};

use super::ConnectionStatus;
pub(crate) use clock::{ServerClock, mark, time_left};

/// A game as one of its people sees it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Board {
    /// The version of the field `game`.
    pub(crate) version: u64,
    /// The game as everybody sees it.
    pub(crate) game: Game,
    /// This player; `None` for a host, and without a seat.
    pub(crate) me: Option<Member>,
    /// The points of this round.
    pub(crate) score: u32,
    /// This player's answer to the question of `game`.
    pub(crate) answer: MyAnswer,
    /// The outcome of the question of `game`, from its reveal on.
    pub(crate) outcome: Option<Outcome>,
    /// The place after the last question with points, from 1.
    pub(crate) place: Option<usize>,
    /// Whether a host is connected; without one the game waits at the next reveal.
    pub(crate) is_host_present: bool,
    /// Why this person cannot be in the game.
    pub(crate) out: Option<Refusal>,
    /// The sentence shown while the person waits to enter.
    pub(crate) waits: Option<String>,
    /// The result of the round before, if this player was in it.
    pub(crate) last_round: Option<LastRound>,
}

/// The result of a round for one of its players.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LastRound {
    /// The place, from 1; `None` in a game without points.
    pub(crate) place: Option<usize>,
    /// The points of this round.
    pub(crate) score: u32,
}

/// The state of an answer, from the press of a button on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum MyAnswer {
    /// No answer of this player is under way, and none counts.
    Open,
    /// The answer is under way, or will be sent when the connection is back.
    Sending(Answer),
    /// The server has accepted the answer.
    Counts(Answer),
    /// The answer came too late.
    Late {
        /// By how many milliseconds, if the server told.
        by_ms: Option<u64>,
    },
}

/// The screen of a player. Another one is rendered anew; changes within one update it in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Screen {
    /// The person cannot be in this game.
    Out,
    /// The form for the nickname.
    Nickname,
    /// The person waits to be admitted.
    Waiting,
    /// The lobby, before the first question.
    Lobby,
    /// The question with this index, from 0, until everybody's time is over.
    Question(usize),
    /// A slide, by its index from 0.
    Slide(usize),
    /// The outcome of that question.
    Result(usize),
    /// The leaders after that question.
    Places(usize),
    /// The podium, while this player's place is still to be shown.
    Unveiling,
    /// The first three are shown.
    Podium,
    /// The game is over; its last state stays.
    Ended,
}

impl MyAnswer {
    /// The answer, unless none may count.
    pub(crate) fn submitted(&self) -> Option<&Answer> {
        match self {
            Self::Sending(answer) | Self::Counts(answer) => Some(answer),
            Self::Open | Self::Late { .. } => None,
        }
    }
}

impl Board {
    /// The state of a host's page that shows `game`.
    pub(crate) fn hosting(version: u64, game: Game) -> Self {
        Self {
            version,
            game,
            me: None,
            score: 0,
            answer: MyAnswer::Open,
            outcome: None,
            place: None,
            is_host_present: true,
            out: None,
            waits: None,
            last_round: None,
        }
    }

    /// The state of a page without a seat in the game.
    pub(crate) fn outside(title: String) -> Self {
        Self::hosting(0, unknown_game(title))
    }

    /// The state of a player's page.
    pub(crate) fn joined(joined: Joined) -> Self {
        let mut board = Self::hosting(joined.version, joined.game);
        board.me = Some(joined.you);
        board.score = joined.score;
        board.place = joined.outcome.as_ref().map(|outcome| outcome.place);
        board.outcome = joined.outcome;
        board.is_host_present = joined.host_here;
        if let Some(submitted) = joined.answer.filter(|submitted| board.game.at == Some(submitted.question)) {
            board.answer = MyAnswer::Counts(submitted.answer);
        }
        board.drop_past();
        board
    }

    /// Applies an event of the client. True if anything changed.
    pub(crate) fn fold(&mut self, event: &Event) -> bool {
        match event {
            Event::Joined(joined) => {
                let is_same_round = self.game.round == joined.game.round;
                let sending = match &self.answer {
                    MyAnswer::Sending(_) if is_same_round && self.game.at == joined.game.at => {
                        Some(self.answer.clone())
                    }
                    _ => None,
                };
                let last_round = if is_same_round { self.last_round } else { self.round_result() };
                *self = Self { last_round, ..Self::joined(joined.clone()) };
                if let (Some(sending), MyAnswer::Open) = (sending, &self.answer) {
                    self.answer = sending;
                }
            }
            Event::Hosting(hosting) => *self = Self::hosting(hosting.version, hosting.game.clone()),
            Event::Changed(changed) => {
                if self.game.round != changed.game.round {
                    self.last_round = self.round_result();
                    (self.score, self.place, self.answer) = (0, None, MyAnswer::Open);
                    self.outcome = None;
                }
                if self.game.at != changed.game.at {
                    self.answer = MyAnswer::Open;
                }
                self.version = changed.version;
                self.game = changed.game.clone();
                self.drop_past();
            }
            Event::AnswerPending(answer) => return self.answering(answer),
            Event::Answered(answered) => return self.answered(answered),
            Event::AnswerRefused(_) => self.answer = MyAnswer::Open,
            Event::Outcome(outcome) => {
                self.score = outcome.score;
                self.place = Some(outcome.place);
                self.outcome = Some(outcome.clone());
                self.drop_past();
            }
            Event::Renamed(renamed) => {
                let Some(me) = &mut self.me else { return false };
                me.name = renamed.name.clone();
            }
            Event::HostPresence(here) => self.is_host_present = *here,
            Event::AwaitingAdmission(refusal) => self.waits = Some(refusal.message.clone()),
            Event::NicknameRefused(_) => self.waits = None,
            Event::AccessDenied(refusal) => self.out = Some(refusal.clone()),
            _ => return false,
        }
        true
    }

    /// The screen of this player now.
    pub(crate) fn screen(&self) -> Screen {
        let at = self.game.at.unwrap_or_default();
        let is_slide = self.game.asked.as_ref().is_some_and(|asked| asked.kind == Kind::Slide);
        match self.game.phase {
            _ if self.out.is_some() => Screen::Out,
            _ if self.me.is_none() && self.waits.is_some() => Screen::Waiting,
            _ if self.me.is_none() => Screen::Nickname,
            Phase::Lobby => Screen::Lobby,
            Phase::Ready | Phase::Open | Phase::Closed | Phase::Reveal if is_slide => Screen::Slide(at),
            Phase::Ready | Phase::Open | Phase::Closed => Screen::Question(at),
            Phase::Reveal => Screen::Result(at),
            Phase::Places => Screen::Places(at),
            Phase::Podium if self.is_to_come() => Screen::Unveiling,
            Phase::Podium => Screen::Podium,
            Phase::Ended => Screen::Ended,
        }
    }

    /// The place at the end: as everybody sees it, or as the outcome told.
    pub(crate) fn final_place(&self) -> Option<usize> {
        let me = self.me.as_ref()?;
        let leader = self.game.leaders.iter().find(|leader| leader.id == me.id);
        leader.map(|leader| leader.place).or(self.place)
    }

    /// Whether this player is on the podium, in a place that the class is not shown yet.
    fn is_to_come(&self) -> bool {
        let mut first = self.game.leaders.iter().take(self.game.missing);
        self.me.as_ref().is_some_and(|me| first.any(|leader| leader.id == me.id))
    }

    /// The outcome as it is shown. After the last question the place is left to the podium.
    pub(crate) fn shown_outcome(&self) -> Option<Outcome> {
        let is_last = self.game.at.is_some_and(|at| at + 1 >= self.game.questions);
        let outcome = self.outcome.clone()?;
        Some(if is_last { Outcome { place: 0, ..outcome } } else { outcome })
    }

    /// The result of this round for this player.
    fn round_result(&self) -> Option<LastRound> {
        let place = self.final_place().filter(|_| self.game.scored);
        self.me.as_ref().map(|_| LastRound { place, score: self.score })
    }

    fn answering(&mut self, answer: &SubmittedAnswer) -> bool {
        let is_new = self.game.at == Some(answer.question) && self.answer == MyAnswer::Open;
        if is_new {
            self.answer = MyAnswer::Sending(answer.answer.clone());
        }
        is_new
    }

    fn answered(&mut self, answered: &Answered) -> bool {
        let is_this = self.game.at == Some(answered.question);
        if is_this {
            self.answer = match (&answered.answer, answered.taken) {
                (Some(submitted), _) => MyAnswer::Counts(submitted.answer.clone()),
                (None, AnswerStatus::Late) => MyAnswer::Late { by_ms: answered.late_ms },
                // A server that does not tell which answer counts means this one.
                (None, AnswerStatus::Accepted | AnswerStatus::Duplicate) => {
                    self.answer.submitted().map_or(MyAnswer::Open, |answer| MyAnswer::Counts(answer.clone()))
                }
            };
        }
        is_this
    }

    /// Drops the outcome of another question.
    fn drop_past(&mut self) {
        let at = self.game.at;
        self.outcome.take_if(|outcome| at != Some(outcome.question));
    }
}

/// A game of which only the title is known.
fn unknown_game(title: String) -> Game {
    Game {
        title,
        phase: Phase::Lobby,
        round: 1,
        questions: 0,
        at: None,
        asked: None,
        opens_at: None,
        closes_at: None,
        paused: None,
        locked: false,
        admission: Admission::Open,
        chat: false,
        scored: false,
        players: 0,
        reveal: None,
        leaders: Vec::new(),
        missing: 0,
        best_known: None,
        formulas: Formulas::default(),
    }
}

/// The status of the connection after an event.
pub(crate) fn connection_status(before: ConnectionStatus, event: &Event) -> ConnectionStatus {
    match event {
        Event::Status(status) => ConnectionStatus::from(*status),
        Event::Availability(false) if before == ConnectionStatus::Live => ConnectionStatus::Paused,
        Event::Availability(true) if before == ConnectionStatus::Paused => ConnectionStatus::Live,
        // Somebody outside the game needs no connection.
        Event::NicknameRefused(_) | Event::AwaitingAdmission(_) | Event::AccessDenied(_) => ConnectionStatus::Resting,
        _ => before,
    }
}

#[cfg(test)]
mod tests;
