//! Judges answers: right, wrong or partly right.

use protocol::game::{Answer, Verdict};
use protocol::quiz::{Decimal, Kind, Question};

use crate::normalize::{normalized, transcribed};
use crate::scoring::Share;
use crate::shuffle::written;

/// Judges the answers to one question. Made once for all of them, because typed answers are compared
/// with every accepted one.
pub struct Judge<'a> {
    question: &'a Question,
    shuffle: &'a [usize],
    /// The accepted answers, in the form for comparison.
    accepted_answers: Vec<NormalizedAnswer>,
}

/// An accepted answer, normalised, and the same in the letters that every keyboard has.
struct NormalizedAnswer {
    normalized: String,
    transcribed: String,
}

impl NormalizedAnswer {
    fn of(text: &str) -> Self {
        Self { normalized: normalized(text), transcribed: normalized(&transcribed(text)) }
    }

    /// An answer that is empty after normalising matches nothing.
    fn matches(&self, typed: &Self) -> bool {
        let is_one = |one: &str, other: &str| !one.is_empty() && one == other;
        is_one(&self.normalized, &typed.normalized)
            || is_one(&self.transcribed, &typed.normalized)
            || is_one(&self.normalized, &typed.transcribed)
    }
}

/// The result of judging an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Right, wrong, partly right or missing.
    pub verdict: Verdict,
    /// How much of it was right.
    pub share: Share,
}

impl<'a> Judge<'a> {
    /// `shuffle` says which option of an order is shown at which place; empty means in the written order.
    pub fn new(question: &'a Question, shuffle: &'a [usize]) -> Self {
        let accepted_answers = match question.kind {
            Kind::Typed => question.accepted_answers.iter().map(|spelling| NormalizedAnswer::of(spelling)).collect(),
            _ => Vec::new(),
        };
        Self { question, shuffle, accepted_answers }
    }

    /// Judges an answer. One that does not fit the question is wrong.
    pub fn judge(&self, answer: &Answer) -> Judged {
        let is_right = match (self.question.kind, answer) {
            (Kind::Poll | Kind::Slide, _) => return Judged { verdict: Verdict::Poll, share: Share::NOTHING },
            (Kind::Several, Answer::Choices(chosen)) => return self.judge_multiple(chosen),
            (Kind::Choice | Kind::TrueFalse, Answer::Choice(option)) => self.is_right(*option),
            (Kind::Typed, Answer::Text(text)) => self.spelling_of(&NormalizedAnswer::of(text)).is_some(),
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

    /// Of `k` right options, `r` chosen and `w` wrong ones give `(r - w) / k`: choosing everything gives
    /// little, and never less than nothing.
    fn judge_multiple(&self, chosen: &[usize]) -> Judged {
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

    /// The normalised form of a typed answer: answers that count as the same have one.
    pub(crate) fn normalized_of(&self, typed: &str) -> String {
        let typed = NormalizedAnswer::of(typed);
        self.spelling_of(&typed).map_or(&typed, |spelling| spelling).normalized.clone()
    }

    fn spelling_of(&self, typed: &NormalizedAnswer) -> Option<&NormalizedAnswer> {
        self.accepted_answers.iter().find(|spelling| spelling.matches(typed))
    }

    fn is_near(&self, number: Decimal) -> bool {
        let tolerance = self.question.tolerance.unwrap_or_default();
        self.question.number.is_some_and(|right| right.distance(number) <= tolerance)
    }

    /// Options with the same text may be swapped.
    fn is_in_order(&self, order: &[usize]) -> bool {
        let options = &self.question.options;
        let text = |option: usize| options.get(option).map(|option| &option.text);
        let reads_as = |shown: usize, at: usize| text(written(self.shuffle, shown)) == text(at);
        order.len() == options.len() && order.iter().enumerate().all(|(at, &shown)| reads_as(shown, at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::quiz::Choice;

    /// A `*` marks what is right.
    fn question(kind: Kind, options: &[&str]) -> Question {
        let option = |text: &&str| Choice { text: text.trim_start_matches('*').into(), right: text.starts_with('*') };
        Question { kind, options: options.iter().map(option).collect(), ..Question::default() }
    }

    fn verdict(question: &Question, answer: Answer) -> Verdict {
        Judge::new(question, &[]).judge(&answer).verdict
    }

    #[test]
    fn one_of_several_right_ones_is_right() {
        let primes = question(Kind::Choice, &["*2", "*3", "4"]);
        let told = [0, 1, 2, 9].map(|option| verdict(&primes, Answer::Choice(option)));
        assert_eq!(told, [Verdict::Right, Verdict::Right, Verdict::Wrong, Verdict::Wrong]);
    }

    #[test]
    fn a_wrong_one_takes_a_right_one_away() {
        let planets = question(Kind::Several, &["*Mercury", "*Venus", "*Mars", "Moon"]);
        for (chosen, verdict, got) in [
            (vec![2, 0, 1], Verdict::Right, Some((1, 1))),
            (vec![0, 1], Verdict::Partly, Some((2, 3))),
            (vec![0, 1, 2, 3], Verdict::Partly, Some((2, 3))),
            (vec![0, 1, 3], Verdict::Partly, Some((1, 3))),
            (vec![0, 3], Verdict::Wrong, None),
            (vec![3], Verdict::Wrong, None),
        ] {
            let share = got.map_or(Share::NOTHING, |(got, of)| Share { got, of });
            let judged = Judge::new(&planets, &[]).judge(&Answer::Choices(chosen.clone()));
            assert_eq!(judged, Judged { verdict, share }, "{chosen:?}");
        }
    }

    #[test]
    fn any_spelling_is_right() {
        let accepted_answers =
            vec!["New York".into(), "Big Apple".into(), "'".into(), "Neu-Köln".into(), "Aeroe".into()];
        let city = Question { kind: Kind::Typed, accepted_answers, ..Question::default() };
        for (typed, told) in [
            ("new  york!", Verdict::Right),
            ("BIG APPLE", Verdict::Right),
            ("Newyork", Verdict::Right),
            ("neu-koeln", Verdict::Right),
            ("neu-koln", Verdict::Right),
            ("Ærø", Verdict::Right),
            ("York", Verdict::Wrong),
            ("’", Verdict::Wrong),
        ] {
            assert_eq!(verdict(&city, Answer::Text(typed.into())), told, "{typed:?}");
        }
    }

    #[test]
    fn a_number_is_right_up_to_the_tolerance() {
        let number = |text: &str| text.parse::<Decimal>().unwrap();
        let pi =
            |tolerance| Question { kind: Kind::Number, number: Some(number("3.14")), tolerance, ..Question::default() };
        for (given, near, exact) in [
            ("3.14", Verdict::Right, Verdict::Right),
            ("3,15", Verdict::Right, Verdict::Wrong),
            ("3.13", Verdict::Right, Verdict::Wrong),
            ("3.150001", Verdict::Wrong, Verdict::Wrong),
            ("-3.14", Verdict::Wrong, Verdict::Wrong),
        ] {
            assert_eq!(verdict(&pi(Some(number("0.01"))), Answer::Number(number(given))), near, "{given} is near");
            assert_eq!(verdict(&pi(None), Answer::Number(number(given))), exact, "{given} is exact");
        }
    }

    #[test]
    fn an_order_is_given_as_it_is_shown() {
        let letters = question(Kind::Order, &["a", "b", "c"]);
        // Shown as c, a, b.
        let judge = Judge::new(&letters, &[2, 0, 1]);
        let told = |order: &[usize]| judge.judge(&Answer::Order(order.into())).verdict;
        assert_eq!(told(&[1, 2, 0]), Verdict::Right, "a, b, c");
        assert_eq!(told(&[0, 1, 2]), Verdict::Wrong, "as it was shown");
        assert_eq!(told(&[1, 2]), Verdict::Wrong);
        let twins = question(Kind::Order, &["a", "b", "a"]);
        assert_eq!(verdict(&twins, Answer::Order(vec![2, 1, 0])), Verdict::Right, "nobody can tell the two apart");
    }

    #[test]
    fn in_a_poll_nobody_is_right() {
        assert_eq!(verdict(&question(Kind::Poll, &["*a", "b"]), Answer::Choice(0)), Verdict::Poll);
    }
}
