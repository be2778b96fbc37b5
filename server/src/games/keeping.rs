//! When the results of one game are kept by this node: from the first reveal on, anew
//! with each question, and for good at the end.
//!
//! So a game that nobody ends has results, too. Every node with somebody in it could
//! keep them; the one with a host does it at once, and the others only what nobody has
//! kept a while later.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tracing::warn;

use super::{Games, Loaded, Played, results};

/// By then whoever keeps results at once has done it.
const KEPT_WITHIN: Duration = Duration::from_secs(5);
/// After keeping results a node rests so many times as long: those of thousands of
/// players are megabytes, and are renewed less often.
const REST: u32 = 20;

/// A node that ends waits so long for what it is keeping.
const LAST: Duration = Duration::from_secs(2);

/// Who is to keep what is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// This node, at once.
    Ours,
    /// Another one; this node, if it does not.
    Others,
    /// This node, at once and without a rest: perhaps nobody comes back to the game.
    Last,
}

/// What is known of the results of one game on this node.
pub(super) struct Keeping {
    running: Option<JoinHandle<Duration>>,
    rests_until: Instant,
    /// What is due, and since when.
    due: Option<(u64, Instant)>,
    /// When it is this node's turn.
    begins_at: Option<Instant>,
}

impl Keeping {
    pub(super) fn new() -> Self {
        Self { running: None, rests_until: Instant::now(), due: None, begins_at: None }
    }

    /// Begins to keep what is due, if it is this node's turn.
    pub(super) fn look(&mut self, games: &Arc<Games>, loaded: &Loaded, played: &Arc<Played>, turn: Turn) {
        let Some(begins_at) = self.plan(results::due(loaded), turn) else { return };
        if Instant::now() < begins_at {
            return;
        }
        let (keeper, loaded, played) = (games.clone(), loaded.clone(), played.clone());
        self.running = Some(games.spawn(async move {
            let begun = Instant::now();
            tokio::select! {
                kept = results::keep(&keeper, &loaded, &played) => {
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

    /// Waits for what is being kept.
    pub(super) async fn finish(&mut self) {
        if let Some(running) = self.running.take() {
            // Its failure was told already.
            let _ = running.await;
        }
    }

    /// When something is to be kept by this node; `None`: nothing is due, or it is being kept.
    pub(super) fn next(&self) -> Option<Instant> {
        self.begins_at
    }

    /// Notes what is due now; gives when this node is to keep it.
    fn plan(&mut self, due: Option<u64>, turn: Turn) -> Option<Instant> {
        let now = Instant::now();
        if let Some(done) = self.running.take_if(|running| running.is_finished()) {
            let took = done.now_or_never().and_then(Result::ok).unwrap_or_default();
            self.rests_until = now + took.saturating_mul(REST);
        }
        self.due = due.map(|due| self.due.filter(|(known, _)| *known == due).unwrap_or((due, now)));
        self.begins_at = self.due.filter(|_| self.running.is_none()).map(|(_, since)| match turn {
            Turn::Ours => self.rests_until,
            Turn::Others => self.rests_until.max(since + KEPT_WITHIN),
            Turn::Last => now,
        });
        self.begins_at
    }
}

/// Until the node has been ending for a while.
async fn ended(games: &Games) {
    games.ending.cancelled().await;
    sleep(LAST).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_another_node_is_to_keep_is_kept_here_when_it_does_not() {
        let mut keeping = Keeping::new();
        let begun = Instant::now();
        assert_eq!(keeping.plan(None, Turn::Ours), None);
        assert_eq!(keeping.plan(Some(1), Turn::Ours), Some(begun));
        assert_eq!(keeping.plan(Some(1), Turn::Others), Some(begun + KEPT_WITHIN));
        tokio::time::advance(Duration::from_secs(3)).await;
        assert_eq!(keeping.plan(Some(1), Turn::Others), Some(begun + KEPT_WITHIN), "since it was seen to be due");
        assert_eq!(keeping.plan(Some(2), Turn::Others), Some(Instant::now() + KEPT_WITHIN), "the next one is another");
        assert_eq!((keeping.plan(None, Turn::Others), keeping.next()), (None, None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_node_rests_after_its_work() {
        let mut keeping = Keeping::new();
        let work = tokio::spawn(async { Duration::from_millis(100) });
        keeping.running = Some(work);
        assert_eq!(keeping.plan(Some(1), Turn::Ours), None, "it is being kept");
        tokio::task::yield_now().await;
        assert_eq!(keeping.plan(Some(3), Turn::Ours), Some(Instant::now() + Duration::from_secs(2)));
        assert_eq!(keeping.plan(Some(3), Turn::Last), Some(Instant::now()), "nobody may come to keep it later");
    }
}
