//! How many points a right answer gives.
//!
//! The rule is the one that Kahoot! has published ("How points work",
//! <https://support.kahoot.com/hc/en-us/articles/115002303908-How-points-work>), which classes know: of `P`
//! points, an answer after `t` of `T` milliseconds gives `round(P * (1 - t / (2T)))`, and all of `P` within
//! half a second. A right answer at the last moment gives half of the points.
//!
//! All in integers, so that every node counts the same.

use protocol::quiz::{Points, Question, Quiz, Scoring};

/// An answer that is faster gives all points.
const AT_ONCE_MS: u64 = 500;
/// The bonus of each further right answer in a row, from the second on.
const BONUS_STEP: u32 = 100;
/// The largest bonus for a streak.
const BONUS_MOST: u32 = 500;

/// How much of a question was right: `got` of `of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// At least 0, at most `of`.
    pub got: usize,
    /// At least 1, never 0.
    pub of: usize,
}

impl Share {
    /// All of the question was right.
    pub const ALL: Self = Self { got: 1, of: 1 };
    /// Nothing of the question was right.
    pub const NOTHING: Self = Self { got: 0, of: 1 };
}

/// Points without a bonus, from 0 to [`Points::most`].
///
/// `time_limit_ms` is the time limit; without one, and in [`Scoring::Accuracy`], time does not count.
pub fn points(scoring: Scoring, points: Points, share: Share, took_ms: u64, time_limit_ms: Option<u64>) -> u32 {
    let most = match scoring {
        Scoring::None => 0,
        Scoring::Speed | Scoring::Accuracy => points.most(),
    };
    // `left` of `twice` the time: 1 - t / 2T.
    let (left, twice) = match time_limit_ms {
        Some(time_limit_ms) if scoring == Scoring::Speed && took_ms >= AT_ONCE_MS && time_limit_ms > 0 => {
            let time_limit_ms = u128::from(time_limit_ms);
            (2 * time_limit_ms - u128::from(took_ms).min(time_limit_ms), 2 * time_limit_ms)
        }
        _ => (1, 1),
    };
    let of = share.of.max(1);
    let exact = u128::from(most) * share.got.min(of) as u128 * left;
    u32::try_from(divide_rounded(exact, of as u128 * twice)).unwrap_or(most)
}

/// The bonus of the `streak`th right answer in a row: 100 for the second, 200 for the third, and 500
/// from the sixth on.
pub fn bonus(streak: u32) -> u32 {
    streak.saturating_sub(1).saturating_mul(BONUS_STEP).min(BONUS_MOST)
}

/// Whether this question gives points in this quiz.
pub fn counts(quiz: &Quiz, question: &Question) -> bool {
    quiz.scoring != Scoring::None && question.points != Points::None && question.kind.has_right()
}

/// Whether this quiz has points at all.
pub fn is_scored(quiz: &Quiz) -> bool {
    quiz.questions.iter().any(|question| counts(quiz, question))
}

/// Divides, and rounds a half up.
fn divide_rounded(exact: u128, by: u128) -> u128 {
    (2 * exact + by) / (2 * by)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWENTY: Option<u64> = Some(20_000);

    #[test]
    fn who_is_sooner_has_more_and_who_is_right_has_half() {
        for (took_ms, time_limit_ms, brings) in [
            (0, TWENTY, 1000),
            (499, TWENTY, 1000),
            (500, TWENTY, 988), // 987.5
            (2_000, Some(30_000), 967),
            (10_000, TWENTY, 750),
            (19_999, TWENTY, 500),
            (20_000, TWENTY, 500),
            (99_000, TWENTY, 500), // more time than there was is all of it
            (u64::MAX, Some(u64::MAX), 500),
            (600, Some(1), 500),
            (600, Some(0), 1000),
            (99_000, None, 1000),
        ] {
            let brought = points(Scoring::Speed, Points::Normal, Share::ALL, took_ms, time_limit_ms);
            assert_eq!(brought, brings, "{took_ms} of {time_limit_ms:?}");
        }
    }

    #[test]
    fn a_quiz_decides_what_counts() {
        let at_half = |scoring, what| points(scoring, what, Share::ALL, 10_000, TWENTY);
        assert_eq!(at_half(Scoring::Speed, Points::Double), 1500);
        assert_eq!(at_half(Scoring::Accuracy, Points::Normal), 1000);
        assert_eq!(at_half(Scoring::Accuracy, Points::Double), 2000);
        assert_eq!(at_half(Scoring::None, Points::Double), 0);
        assert_eq!(at_half(Scoring::Speed, Points::None), 0);
    }

    #[test]
    fn a_part_brings_a_part() {
        let part = |got, of| points(Scoring::Accuracy, Points::Normal, Share { got, of }, 0, None);
        assert_eq!(
            [part(0, 3), part(1, 3), part(2, 3), part(3, 3), part(9, 3), part(0, 0)],
            [0, 333, 667, 1000, 1000, 0]
        );
        assert_eq!(points(Scoring::Speed, Points::Normal, Share { got: 1, of: 2 }, 10_000, TWENTY), 375);
        // Rounded once: a third of 987.5, and not of 988.
        assert_eq!(points(Scoring::Speed, Points::Double, Share { got: 1, of: 3 }, 500, TWENTY), 658);
    }

    #[test]
    fn a_streak_adds_up_to_500() {
        let bonuses: Vec<_> = [0, 1, 2, 3, 4, 5, 6, 7, u32::MAX].into_iter().map(bonus).collect();
        assert_eq!(bonuses, [0, 0, 100, 200, 300, 400, 500, 500, 500]);
    }
}
