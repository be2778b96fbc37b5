//! Whether an answer is accepted: does it fit the question, and did it come in time?
//!
//! Does not judge right and wrong. A store that decides in a script of its own follows the
//! same rule as [`take`].

use protocol::game::{Answer, RecordedAnswer};
use protocol::limits;
use protocol::quiz::{Kind, Question};
use protocol::text::{Shape, clean};

/// When a question takes answers. Times are of the store's clock, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerWindow {
    /// The index of the question that takes answers, from 0.
    pub question: usize,
    /// When it opened: answer times count from here.
    pub opened_at: u64,
    /// When it closes; `None`: no limit.
    pub closes_at: Option<u64>,
}

/// Whether an answer is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The answer counts for its player.
    Accepted {
        /// How long after the opening it came, in milliseconds.
        took_ms: u64,
    },
    /// The player has answered before; the first answer counts.
    Duplicate,
    /// It came after the closing time.
    Late {
        /// By so many milliseconds; `None`: another question was asked since.
        late_ms: Option<u64>,
    },
    /// No question takes answers: it has not opened yet, or was closed by the host, or the game is paused.
    /// The [`crate::State`] tells which.
    NotOpen,
}

/// Why an answer does not fit its question. Reads as a sentence for the player.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAnswer {
    /// Such as a number for a choice.
    #[error("This question is answered in another way.")]
    OtherKind,
    /// Nothing was chosen or written.
    #[error("The answer is empty.")]
    Empty,
    /// An index without an option.
    #[error("There is no such answer to choose.")]
    NoSuchOption,
    /// One option more than once.
    #[error("An answer was chosen twice.")]
    Repeated,
    /// An order that leaves options out.
    #[error("Put all of them in order.")]
    Incomplete,
    /// The text is too long.
    #[error("An answer has up to {} letters.", limits::OPTION_CHARS)]
    TooLong,
}

/// Decides about an answer to `question` that comes at `now`; `first` is the player's earlier answer to it.
///
/// A duplicate comes before all else: a repeat after the end gets the first answer back.
pub fn take(taking: Option<AnswerWindow>, question: usize, first: Option<&RecordedAnswer>, now: u64) -> Decision {
    if first.is_some_and(|first| first.question == question) {
        return Decision::Duplicate;
    }
    let Some(taking) = taking else { return Decision::NotOpen };
    if question < taking.question {
        return Decision::Late { late_ms: None };
    }
    if question > taking.question || now < taking.opened_at {
        return Decision::NotOpen;
    }
    match taking.closes_at {
        Some(closes_at) if now >= closes_at => Decision::Late { late_ms: Some(now - closes_at) },
        _ => Decision::Accepted { took_ms: now - taking.opened_at },
    }
}

/// Refuses what cannot be an answer to this question.
///
/// # Errors [`InvalidAnswer`] says why.
pub fn check_answer(question: &Question, answer: &Answer) -> Result<(), InvalidAnswer> {
    let options = question.options.len();
    match (question.kind, answer) {
        (Kind::Choice | Kind::TrueFalse | Kind::Poll, Answer::Choice(option)) => check_options(&[*option], options),
        (Kind::Several, Answer::Choices(chosen)) if chosen.is_empty() => Err(InvalidAnswer::Empty),
        (Kind::Several, Answer::Choices(chosen)) => check_options(chosen, options),
        (Kind::Order, Answer::Order(order)) => {
            check_options(order, options)?;
            if order.len() == options { Ok(()) } else { Err(InvalidAnswer::Incomplete) }
        }
        (Kind::Typed, Answer::Text(text)) if clean(text, Shape::Line).is_empty() => Err(InvalidAnswer::Empty),
        (Kind::Typed, Answer::Text(text)) if text.chars().count() > limits::OPTION_CHARS => Err(InvalidAnswer::TooLong),
        (Kind::Typed, Answer::Text(_)) | (Kind::Number, Answer::Number(_)) => Ok(()),
        _ => Err(InvalidAnswer::OtherKind),
    }
}

fn check_options(chosen: &[usize], options: usize) -> Result<(), InvalidAnswer> {
    if chosen.iter().any(|option| *option >= options) {
        return Err(InvalidAnswer::NoSuchOption);
    }
    let is_repeated = |(at, option): (usize, &usize)| chosen[..at].contains(option);
    // All are below `options` here, so a longer list has repeats: no long list is compared.
    if chosen.len() > options || chosen.iter().enumerate().any(is_repeated) {
        return Err(InvalidAnswer::Repeated);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::quiz::Choice;

    const OPEN: AnswerWindow = AnswerWindow { question: 2, opened_at: 1_000, closes_at: Some(21_000) };

    #[test]
    fn an_answer_is_in_time_until_the_last_moment() {
        for (now, becomes) in [
            (999, Decision::NotOpen),
            (1_000, Decision::Accepted { took_ms: 0 }),
            (20_999, Decision::Accepted { took_ms: 19_999 }),
            (21_000, Decision::Late { late_ms: Some(0) }),
            (21_250, Decision::Late { late_ms: Some(250) }),
        ] {
            assert_eq!(take(Some(OPEN), 2, None, now), becomes, "at {now}");
        }
        let endless = AnswerWindow { closes_at: None, ..OPEN };
        assert_eq!(take(Some(endless), 2, None, 10_000_000), Decision::Accepted { took_ms: 9_999_000 });
    }

    #[test]
    fn the_first_answer_counts_even_when_it_is_repeated_too_late() {
        let first = RecordedAnswer { question: 2, answer: Answer::Choice(0), took_ms: 5 };
        for taking in [Some(OPEN), None] {
            assert_eq!(take(taking, 2, Some(&first), 99_000), Decision::Duplicate);
        }
        let before = RecordedAnswer { question: 1, ..first };
        assert_eq!(
            take(Some(OPEN), 2, Some(&before), 1_500),
            Decision::Accepted { took_ms: 500 },
            "another question's"
        );
    }

    #[test]
    fn only_the_open_question_is_answered() {
        assert_eq!(take(Some(OPEN), 1, None, 2_000), Decision::Late { late_ms: None });
        assert_eq!(take(Some(OPEN), 3, None, 2_000), Decision::NotOpen);
        assert_eq!(take(None, 2, None, 2_000), Decision::NotOpen);
    }

    #[test]
    fn what_does_not_fit_the_question_is_refused() {
        let options = ["a", "b", "c"].map(|text| Choice { text: text.into(), right: false });
        let question = |kind| Question { kind, options: options.clone().into(), ..Question::default() };
        let long = "x".repeat(limits::OPTION_CHARS + 1);
        for (kind, answer, fits) in [
            (Kind::Choice, Answer::Choice(2), Ok(())),
            (Kind::Choice, Answer::Choice(3), Err(InvalidAnswer::NoSuchOption)),
            (Kind::Choice, Answer::Choices(vec![1]), Err(InvalidAnswer::OtherKind)),
            (Kind::Poll, Answer::Choice(0), Ok(())),
            (Kind::Several, Answer::Choices(vec![2, 0]), Ok(())),
            (Kind::Several, Answer::Choices(vec![]), Err(InvalidAnswer::Empty)),
            (Kind::Several, Answer::Choices(vec![1, 1]), Err(InvalidAnswer::Repeated)),
            (Kind::Several, Answer::Choices(vec![0; 9_999]), Err(InvalidAnswer::Repeated)),
            (Kind::Several, Answer::Choices(vec![usize::MAX]), Err(InvalidAnswer::NoSuchOption)),
            (Kind::Order, Answer::Order(vec![2, 0, 1]), Ok(())),
            (Kind::Order, Answer::Order(vec![2, 0]), Err(InvalidAnswer::Incomplete)),
            (Kind::Order, Answer::Order(vec![2, 0, 0]), Err(InvalidAnswer::Repeated)),
            (Kind::Typed, Answer::Text("Jove".into()), Ok(())),
            (Kind::Typed, Answer::Text(" \n".into()), Err(InvalidAnswer::Empty)),
            (Kind::Typed, Answer::Text(long), Err(InvalidAnswer::TooLong)),
            (Kind::Number, Answer::Text("3".into()), Err(InvalidAnswer::OtherKind)),
            (Kind::Slide, Answer::Choice(0), Err(InvalidAnswer::OtherKind)),
        ] {
            assert_eq!(check_answer(&question(kind), &answer), fits, "{kind:?} {answer:?}");
        }
    }
}
