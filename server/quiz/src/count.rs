//! The end of a question: who was right, points, places, leaders.

use std::collections::BTreeMap;

use protocol::UserId;
use protocol::game::{Leader, Outcome, Phase, RecordedAnswer, Reveal, Verdict};
use protocol::limits;
use protocol::quiz::{Question, Quiz};

use crate::answer::{Judge, Judged};
use crate::answer_window::check_answer;
use crate::machine::Rejection;
use crate::reveal::{bars, right_answer_text};
use crate::scoring::{Share, bonus, counts, is_scored, points};
use crate::state::{Seat, State, Tally};

/// The result of a count, to be committed together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The game, in the phase reveal.
    pub state: State,
    /// All seats with their outcomes, in the order of `seats`.
    pub seats: Vec<Seat>,
}

/// From closed to the reveal: gives every seat its outcome.
///
/// Ignores answers of somebody without a seat, answers to another question, and those that do not fit it.
///
/// # Errors [`Rejection::NothingDue`] where no question waits for it: nobody is counted twice.
pub fn count(
    quiz: &Quiz,
    state: &State,
    seats: &[Seat],
    answers: &BTreeMap<UserId, RecordedAnswer>,
) -> Result<Counted, Rejection> {
    let (number, question) =
        state.question(quiz).filter(|_| state.phase == Phase::Closed).ok_or(Rejection::NothingDue)?;
    let fits = |given: &&RecordedAnswer| given.question == number && check_answer(question, &given.answer).is_ok();
    let answer_of = |seat: &Seat| answers.get(&seat.id).filter(fits);
    let answers = seats.iter().filter_map(|seat| Some((&seat.id, answer_of(seat)?))).collect::<BTreeMap<_, _>>();

    let judge = Judge::new(question, state.shuffle());
    let round = Round {
        quiz,
        question,
        number,
        time_limit_ms: state.clock.time_limit_ms,
        counts: counts(quiz, question),
        has_streaks: quiz.streaks && is_scored(quiz),
    };
    let score = |seat: &Seat| {
        let given = answers.get(&seat.id).copied();
        round.score(seat, given.map(|given| (judge.judge(&given.answer), given.took_ms)))
    };
    let mut scored: Vec<Seat> = seats.iter().map(score).collect();
    let leaders = rank(&mut scored);

    let closed_at = state.clock.closes_at.unwrap_or(u64::MAX);
    let could = |seat: &&Seat| seat.joined_at < closed_at || answers.contains_key(&seat.id);
    let tally = Tally {
        question: number,
        correct: scored.iter().filter(|seat| had_verdict(seat, Verdict::Right)).count(),
        answered: answers.len(),
        players: seats.iter().filter(could).count(),
    };
    let reveal = Reveal {
        right: right_answer_text(question),
        bars: bars(question, &judge, quiz.filter, &answers),
        explanation: question.explanation.clone(),
        correct: tally.correct,
        answered: tally.answered,
        players: tally.players,
    };
    let tallies = state.tallies.iter().copied().chain([tally]).collect();
    let leaders = if is_scored(quiz) { leaders } else { Vec::new() };
    let state = State {
        phase: Phase::Reveal,
        players: seats.len(),
        reveal: Some(reveal),
        leaders,
        tallies,
        called: Vec::new(),
        ..state.clone()
    };
    Ok(Counted { state, seats: scored })
}

fn had_verdict(seat: &Seat, verdict: Verdict) -> bool {
    seat.outcome.as_ref().is_some_and(|outcome| outcome.verdict == verdict)
}

/// The part of a count that is the same for all seats.
struct Round<'a> {
    quiz: &'a Quiz,
    question: &'a Question,
    number: usize,
    time_limit_ms: Option<u64>,
    /// Whether right answers give points, by the quiz and by the question.
    counts: bool,
    /// Several right answers in a row give a bonus.
    has_streaks: bool,
}

impl Round<'_> {
    /// The outcome of one seat, still without a place. Only a wholly right answer continues a streak.
    fn score(&self, seat: &Seat, judged: Option<(Judged, u64)>) -> Seat {
        let (Judged { verdict, share }, took_ms) = match judged {
            Some((judged, took_ms)) => (judged, Some(took_ms)),
            None => (Judged { verdict: Verdict::Missing, share: Share::NOTHING }, None),
        };
        let streak = match verdict {
            Verdict::Right => seat.streak.saturating_add(1),
            Verdict::Poll => seat.streak,
            // Where no answer is right, silence ends no streak.
            Verdict::Missing if !self.question.kind.has_right() => seat.streak,
            Verdict::Partly | Verdict::Wrong | Verdict::Missing => 0,
        };
        let has_bonus = self.counts && self.has_streaks && verdict == Verdict::Right;
        let bonus_now = if has_bonus { bonus(streak) } else { 0 };
        let base = match took_ms {
            Some(took_ms) if self.counts => {
                points(self.quiz.scoring, self.question.points, share, took_ms, self.time_limit_ms)
            }
            _ => 0,
        };
        let score = seat.score.saturating_add(base + bonus_now);
        let outcome = Outcome {
            question: self.number,
            verdict,
            points: base + bonus_now,
            bonus: bonus_now,
            streak,
            next_bonus: if self.has_streaks { bonus(streak.saturating_add(1)) } else { 0 },
            took_ms,
            score,
            place: 0,
            moved: 0,
            ahead: None,
        };
        Seat { score, streak, outcome: Some(outcome), ..seat.clone() }
    }
}

/// Gives every seat a place and returns the leaders. Equal points share a place; among them the one that came
/// first is listed first.
fn rank(seats: &mut [Seat]) -> Vec<Leader> {
    let mut order: Vec<usize> = (0..seats.len()).collect();
    order.sort_by(|&a, &b| {
        let key = |at: usize| (std::cmp::Reverse(seats[at].score), seats[at].seating_order());
        key(a).cmp(&key(b))
    });
    let mut leaders = Vec::new();
    let (mut place, mut ahead) = (0, None);
    for rank in 0..order.len() {
        let score = seats[order[rank]].score;
        let before = rank.checked_sub(1).map(|before| &seats[order[before]]);
        if before.is_none_or(|before| before.score > score) {
            place = rank + 1;
            ahead = before.map(|before| (before.name.clone(), before.score - score));
        }
        let seat = &mut seats[order[rank]];
        let moved = if seat.place == 0 { 0 } else { difference(seat.place, place) };
        seat.place = place;
        if let Some(outcome) = &mut seat.outcome {
            (outcome.place, outcome.moved, outcome.ahead) = (place, moved, ahead.clone());
        }
        if rank < limits::LEADERS {
            leaders.push(Leader { place, id: seat.id.clone(), name: seat.name.clone(), score, moved });
        }
    }
    leaders
}

/// `from - to`, as a signed number of places.
fn difference(from: usize, to: usize) -> i64 {
    let signed = |place: usize| i64::try_from(place).unwrap_or(i64::MAX);
    signed(from) - signed(to)
}
