//! Whether an answer is right.

use protocol::game::{Answer, Verdict};
use protocol::quiz::{Decimal, Kind, Question};

use crate::letters::essence;
use crate::scoring::Share;

/// Judges the answers to one question. Made once for all of them, because what
/// is typed is compared with every spelling.
pub struct Judge<'a> {
    question: &'a Question,
    shuffle: &'a [usize],
    spellings: Vec<String>,
}

/// What an answer is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// How it went.
    pub verdict: Verdict,
    /// How much of it was right.
    pub share: Share,
}

impl<'a> Judge<'a> {
    /// `shuffle` says which option of an order stands where, as it is shown;
    /// empty: as they are written.
    pub fn new(question: &'a Question, shuffle: &'a [usize]) -> Self {
        let spellings = match question.kind {
            Kind::Typed => question.spellings.iter().map(|spelling| essence(spelling)).collect(),
            _ => Vec::new(),
        };
        Self { question, shuffle, spellings }
    }

    /// What the answer is worth. One that does not fit the question is wrong.
    pub fn judge(&self, answer: &Answer) -> Judged {
        let is_right = match (self.question.kind, answer) {
            (Kind::Poll | Kind::Slide, _) => return Judged { verdict: Verdict::Poll, share: Share::NOTHING },
            (Kind::Several, Answer::Choices(chosen)) => return self.judge_several(chosen),
            (Kind::Choice | Kind::TrueFalse, Answer::Choice(option)) => self.is_right(*option),
            (Kind::Typed, Answer::Text(text)) => self.is_spelling(&essence(text)),
            (Kind::Number, Answer::Number(number)) => self.is_near(*number),
            (Kind::Order, Answer::Order(order)) => self.is_in_order(order),
            _ => false,
        };
        if is_right {
            Judged { verdict: Verdict::Right, share: Share::ALL }
        } else {
            Judged { verdict: Verdict::Wrong, share: Share::NOTHING }
        }
    }

    /// Of `k` right options, `r` chosen and `w` wrong ones with them are worth
    /// `(r - w) / k`: to choose everything is worth little, and never less than nothing.
    fn judge_several(&self, chosen: &[usize]) -> Judged {
        let all = self.question.options.iter().filter(|option| option.right).count();
        let right = chosen.iter().filter(|option| self.is_right(**option)).count();
        let wrong = chosen.len() - right;
        match right.saturating_sub(wrong) {
            0 => Judged { verdict: Verdict::Wrong, share: Share::NOTHING },
            got if got >= all => Judged { verdict: Verdict::Right, share: Share::ALL },
            got => Judged { verdict: Verdict::Partly, share: Share { got, of: all } },
        }
    }

    fn is_right(&self, option: usize) -> bool {
        self.question.options.get(option).is_some_and(|option| option.right)
    }

    /// `essence` is of what was typed. A spelling of which nothing is left matches nothing.
    fn is_spelling(&self, essence: &str) -> bool {
        !essence.is_empty() && self.spellings.iter().any(|spelling| spelling == essence)
    }

    fn is_near(&self, number: Decimal) -> bool {
        let tolerance = self.question.tolerance.unwrap_or_default();
        self.question.number.is_some_and(|right| right.distance(number) <= tolerance)
    }

    /// What reads the same may change places.
    fn is_in_order(&self, order: &[usize]) -> bool {
        let options = &self.question.options;
        let text = |option: usize| options.get(option).map(|option| &option.text);
        let written = |shown: usize| self.shuffle.get(shown).copied().unwrap_or(shown);
        order.len() == options.len() && order.iter().enumerate().all(|(at, &shown)| text(written(shown)) == text(at))
    }
}
