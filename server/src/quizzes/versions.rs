//! Which versions of a quiz are stored.
//!
//! A quiz is saved while it is typed, so its last versions are some seconds old. Somebody who wants to go
//! back wants those of yesterday and of last month too: many new ones are stored and few old
//! ones, ever further apart.

use protocol::limits;
use protocol::quiz::QuizVersion;

/// The version to drop when one more is saved at `saved_at`, in milliseconds since 1970; `None` while there
/// is room. `kept` has the latest first.
pub(super) fn forgotten(kept: &[QuizVersion], saved_at: u64) -> Option<u64> {
    if kept.len() < limits::QUIZ_VERSIONS {
        return None;
    }
    let newer = std::iter::once(saved_at).chain(kept.iter().map(|one| one.saved_at));
    let older = kept.iter().skip(1).map(|one| one.saved_at);
    // The first one has no older one: it stays.
    let between = newer.zip(kept).zip(older).map(|((newer, one), older)| {
        let gap = u128::from(newer.saturating_sub(older));
        let age = u128::from(saved_at.saturating_sub(one.saved_at).max(1));
        (gap, age, one.version)
    });
    // The one whose gap is smallest for its age is missed least.
    let missed_less = |one: &(u128, u128, u64), other: &(u128, u128, u64)| (one.0 * other.1).cmp(&(other.0 * one.1));
    between.min_by(missed_less).map(|(_, _, version)| version)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1000;
    const DAY: u64 = 24 * 60 * 60 * SECOND;

    /// When the versions were saved that are left of these, in seconds before the last.
    fn left(moments: impl IntoIterator<Item = u64>) -> Vec<u64> {
        let mut kept: Vec<QuizVersion> = Vec::new();
        for (saved_at, version) in moments.into_iter().zip(1..) {
            let forgotten = forgotten(&kept, saved_at);
            kept.retain(|one| Some(one.version) != forgotten);
            kept.insert(0, QuizVersion { version, title: String::new(), questions: 0, saved_at });
        }
        let last = kept.first().map_or(0, |one| one.saved_at);
        kept.iter().map(|one| last.saturating_sub(one.saved_at) / SECOND).collect()
    }

    #[test]
    fn few_are_all_kept() {
        assert_eq!(left((0..20).map(|at| at * SECOND)), (0..20).collect::<Vec<_>>());
    }

    #[test]
    fn there_are_never_more_than_can_be_kept() {
        assert_eq!(left((0..500).map(|at| at * SECOND)).len(), limits::QUIZ_VERSIONS);
        assert_eq!(left([7; 50]).len(), limits::QUIZ_VERSIONS, "saved at once, by a clock that stands");
        assert_eq!(left((0..50).rev()).len(), limits::QUIZ_VERSIONS, "by a clock that goes back");
    }

    #[test]
    fn an_hour_of_typing_leaves_yesterday_and_last_month() {
        let sitting = |day: u64| (0..400).map(move |at| day * DAY + at * 9 * SECOND);
        let kept = left([0, 30, 31].into_iter().flat_map(sitting));
        let within = |from: u64, to: u64| kept.iter().filter(|age| (from..to).contains(*age)).count();
        assert!(within(0, 60) >= 3, "the last minute: {kept:?}");
        assert!(within(60, 3600) >= 5, "the last hour: {kept:?}");
        assert!(within(3600, 2 * 86_400) >= 1, "yesterday: {kept:?}");
        assert!(within(29 * 86_400, 32 * 86_400) >= 1, "last month: {kept:?}");
    }
}
