//! The order in which the options of an order question are shown: random, fixed when the game begins, and
//! the same for everybody.

use protocol::quiz::{Kind, Question, Quiz};

/// For each question the index of the option at each place; empty for all kinds but order. The same
/// seed gives the same.
pub(crate) fn shuffles(quiz: &Quiz, seed: u64) -> Vec<Vec<usize>> {
    let mut draws = SplitMix64::new(seed);
    let is_order = |question: &Question| question.kind == Kind::Order;
    quiz.questions
        .iter()
        .map(|question| if is_order(question) { draws.shuffle(question) } else { Vec::new() })
        .collect()
}

/// The index, in the written order, of the option that is shown at a place.
pub(crate) fn written(shuffle: &[usize], shown: usize) -> usize {
    shuffle.get(shown).copied().unwrap_or(shown)
}

/// SplitMix64 (Steele, Lea and Flood, 2014): short, and good enough to mix a few options.
pub(crate) struct SplitMix64(u64);

impl SplitMix64 {
    /// The same seed gives the same numbers.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `most`, inclusive.
    pub(crate) fn up_to(&mut self, most: usize) -> usize {
        // The remainder is at most `most`, which came from a usize.
        (self.next() % (most as u64 + 1)) as usize
    }

    fn shuffle(&mut self, question: &Question) -> Vec<usize> {
        let mut shown: Vec<usize> = (0..question.options.len()).collect();
        for at in (1..shown.len()).rev() {
            shown.swap(at, self.up_to(at));
        }
        if reads_right(question, &shown) && !shown.is_empty() {
            // One rotation always gives another order, unless all options have the same text.
            shown.rotate_left(1);
        }
        shown
    }
}

/// Whether the options, shown in this order, read in the right one.
fn reads_right(question: &Question, shown: &[usize]) -> bool {
    let text = |at: usize| &question.options[at].text;
    shown.iter().enumerate().all(|(at, &option)| text(at) == text(option))
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::quiz::Choice;

    fn order(options: &[&str]) -> Quiz {
        let options = options.iter().map(|text| Choice { text: (*text).into(), right: false }).collect();
        Quiz { questions: vec![Question { kind: Kind::Order, options, ..Question::default() }], ..Quiz::default() }
    }

    #[test]
    fn an_order_is_never_shown_as_the_right_one() {
        for options in [&["a", "b"][..], &["a", "b", "c"], &["a", "b", "c", "d"], &["a", "b", "a", "b"]] {
            let quiz = order(options);
            for seed in 0..500 {
                let shown = &shuffles(&quiz, seed)[0];
                assert!(!reads_right(&quiz.questions[0], shown), "{options:?} with {seed}");
                let mut all = shown.clone();
                all.sort_unstable();
                assert_eq!(all, (0..options.len()).collect::<Vec<_>>(), "every option is there once");
            }
        }
    }

    #[test]
    fn games_differ_and_a_game_stays_as_it_is() {
        let quiz = order(&["a", "b", "c", "d"]);
        assert_eq!(shuffles(&quiz, 7), shuffles(&quiz, 7));
        let different: std::collections::BTreeSet<_> = (0..500).map(|seed| shuffles(&quiz, seed)).collect();
        assert_eq!(different.len(), 23, "each of the 24 orders but the right one");
    }

    #[test]
    fn what_has_no_order_is_left_as_it_is() {
        let mut quiz = order(&["same", "same"]);
        quiz.questions.push(Question { options: quiz.questions[0].options.clone(), ..Question::default() });
        assert_eq!(shuffles(&quiz, 1)[1], Vec::<usize>::new());
        assert!(shuffles(&order(&[]), 1)[0].is_empty());
    }
}
