//! When this node stores the results of a game: from the first reveal on, again with each question, and
//! finally at the end.
//!
//! So a game that nobody ends has results, too. Every node with somebody in it could store them; one with a
//! host does it at once, the others only what is not stored some seconds later.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tracing::warn;

use super::{GameSnapshot, Games, RoundQuiz, results};

/// After this time another node stores what the node with the host did not.
const STORED_WITHIN: Duration = Duration::from_secs(5);
/// After storing results a node pauses for so many times as long: those of thousands of players are
/// megabytes, and are stored less often.
const REST: u32 = 20;

/// How long a node that shuts down waits for results that are being stored.
const LAST: Duration = Duration::from_secs(2);

/// Which node stores what is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StoredBy {
    /// This node stores them at once, because a host is on it.
    Ours,
    /// Another node; this one, if that does not.
    Others,
    /// This node, at once and without a pause: perhaps nobody comes back to the game.
    Last,
}

/// What this node knows of a game's stored results.
pub(super) struct ResultsWriter {
    running: Option<JoinHandle<Duration>>,
    rests_until: Instant,
    /// The part of the game that is not stored (see [`GameSnapshot::stored_progress`]), and since when.
    due: Option<(u64, Instant)>,
    /// When this node stores it.
    begins_at: Option<Instant>,
}

impl ResultsWriter {
    pub(super) fn new() -> Self {
        Self { running: None, rests_until: Instant::now(), due: None, begins_at: None }
    }

    /// Starts to store what is due, if it is this node's turn.
    pub(super) fn store_if_due(
        &mut self,
        games: &Arc<Games>,
        loaded: &GameSnapshot,
        played: &Arc<RoundQuiz>,
        turn: StoredBy,
    ) {
        let Some(begins_at) = self.plan(results::due(loaded), turn) else { return };
        if Instant::now() < begins_at {
            return;
        }
        let (keeper, loaded, played) = (games.clone(), loaded.clone(), played.clone());
        self.running = Some(games.spawn(async move {
            let begun = Instant::now();
            tokio::select! {
                kept = results::store(&keeper, &loaded, &played) => {
                    if let Err(error) = kept {
                        warn!(game = loaded.key.id, "the results of a game are kept later: {error}");
                    }
                }
                () = ended(&keeper) => {}
            }
            begun.elapsed()
        }));
        self.begins_at = None;
    }

    /// Waits until the running store has ended.
    pub(super) async fn finish(&mut self) {
        if let Some(running) = self.running.take() {
            // It has logged its failure.
            let _ = running.await;
        }
    }

    /// When this node has something to store; `None`: nothing is due, or it is being stored.
    pub(super) fn next(&self) -> Option<Instant> {
        self.begins_at
    }

    /// Notes what is due now; returns when this node is to store it.
    fn plan(&mut self, due: Option<u64>, turn: StoredBy) -> Option<Instant> {
        let now = Instant::now();
        if let Some(done) = self.running.take_if(|running| running.is_finished()) {
            let took = done.now_or_never().and_then(Result::ok).unwrap_or_default();
            self.rests_until = now + took.saturating_mul(REST);
        }
        self.due = due.map(|due| self.due.filter(|(known, _)| *known == due).unwrap_or((due, now)));
        self.begins_at = self.due.filter(|_| self.running.is_none()).map(|(_, since)| match turn {
            StoredBy::Ours => self.rests_until,
            StoredBy::Others => self.rests_until.max(since + STORED_WITHIN),
            StoredBy::Last => now,
        });
        self.begins_at
    }
}

/// Returns [`LAST`] after the node began to end.
async fn ended(games: &Games) {
    games.ending.cancelled().await;
    sleep(LAST).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_another_node_is_to_keep_is_kept_here_when_it_does_not() {
        let mut writer = ResultsWriter::new();
        let begun = Instant::now();
        assert_eq!(writer.plan(None, StoredBy::Ours), None);
        assert_eq!(writer.plan(Some(1), StoredBy::Ours), Some(begun));
        assert_eq!(writer.plan(Some(1), StoredBy::Others), Some(begun + STORED_WITHIN));
        tokio::time::advance(Duration::from_secs(3)).await;
        assert_eq!(writer.plan(Some(1), StoredBy::Others), Some(begun + STORED_WITHIN), "since it was seen to be due");
        assert_eq!(
            writer.plan(Some(2), StoredBy::Others),
            Some(Instant::now() + STORED_WITHIN),
            "the next one is another"
        );
        assert_eq!((writer.plan(None, StoredBy::Others), writer.next()), (None, None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_node_rests_after_its_work() {
        let mut writer = ResultsWriter::new();
        let work = tokio::spawn(async { Duration::from_millis(100) });
        writer.running = Some(work);
        assert_eq!(writer.plan(Some(1), StoredBy::Ours), None, "it is being kept");
        tokio::task::yield_now().await;
        assert_eq!(writer.plan(Some(3), StoredBy::Ours), Some(Instant::now() + Duration::from_secs(2)));
        assert_eq!(writer.plan(Some(3), StoredBy::Last), Some(Instant::now()), "nobody may come to keep it later");
    }
}
