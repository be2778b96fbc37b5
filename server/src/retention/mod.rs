//! Removes what nobody has used for as long as the operator configured.
//!
//! Knows kinds of things and times; how they are stored is the implementations' matter. Things are removed in
//! small batches with pauses between them, so that no write waits for long.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use storage::StorageError;
use storage::clock::now_ms;
use tokio::time::sleep;
use tracing::{info, warn};

use crate::metrics;
use crate::quizzes::PICTURE_GRACE;

pub mod cluster;
pub mod embedded;
mod redis;

/// How often a deployment is swept.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// The time from the start to the first sweep: a starting node has other work.
const FIRST_AFTER: Duration = Duration::from_secs(60);
/// The pause between two batches.
const PAUSE: Duration = Duration::from_millis(20);
/// How many batches of one kind one sweep removes; the next sweep goes on.
const BATCHES: usize = 10_000;
/// How long empty logs, and logs of games that are over, are kept.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The kinds of things that are removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Rooms of the room list.
    Rooms,
    /// Logs of rooms in which nobody wrote for long and which nobody visited.
    Logs,
    /// Logs of rooms without messages, and logs of games.
    EmptyLogs,
    /// Games in which no step was done for long, ended or not.
    Games,
    /// Authors who did not come back, with all their quizzes.
    Authors,
    /// Results of games that are over.
    Results,
    /// Pictures that no quiz names.
    Pictures,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Rooms => "room",
            Self::Logs => "log",
            Self::EmptyLogs => "empty_log",
            Self::Games => "game",
            Self::Authors => "author",
            Self::Results => "results",
            Self::Pictures => "picture",
        }
    }
}

/// How long something is kept that nobody uses; `None` is for ever.
pub type Retention = Option<Duration>;

/// How long unused things are kept.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// How long a room that nobody visits is kept, with its messages.
    pub rooms: Retention,
    /// How long all that an author has stored is kept when they do not come back.
    pub quizzes: Retention,
    /// Results of games, from the end of each game.
    pub results: Retention,
}

impl Policy {
    /// The kinds, each with how long it is kept, in the order of removal.
    fn terms(self) -> [(Kind, Retention); 7] {
        [
            (Kind::Rooms, self.rooms),
            (Kind::Logs, self.rooms),
            (Kind::EmptyLogs, Some(DAY)),
            (Kind::Games, Some(Duration::from_secs(crate::games::GAME_TTL_SECONDS))),
            (Kind::Authors, self.quizzes),
            (Kind::Results, self.results),
            // After the authors, because pictures may be theirs; those are removed one grace later.
            (Kind::Pictures, Some(PICTURE_GRACE)),
        ]
    }
}

/// Removes old things. Every implementation keeps every promise below; one contract test runs on all of them.
/// What the store expires by itself is never left over.
#[async_trait]
pub trait Sweep: Send + Sync {
    /// True for one node of a deployment in each period of length `every`.
    async fn is_due(&self, every: Duration) -> Result<bool, StorageError>;

    /// Removes a batch of what was last used before `before_ms` (in milliseconds since 1970); returns how
    /// many, 0 when none is left. Each thing is checked again when it is removed: what
    /// is used meanwhile stays.
    async fn sweep(&self, kind: Kind, before_ms: u64) -> Result<usize, StorageError>;

    /// Gives some of the freed space back to the system; false: nothing is left to give.
    async fn compact(&self) -> Result<bool, StorageError>;
}

/// Sweeps regularly, for as long as it is polled.
pub(crate) async fn watch(sweep: Arc<dyn Sweep>, policy: Policy) {
    sleep(FIRST_AFTER).await;
    loop {
        match sweep.is_due(EVERY).await {
            Ok(true) => {
                if let Err(error) = round(&*sweep, policy, now_ms()).await {
                    warn!("{error}");
                }
            }
            Ok(false) => {}
            Err(error) => warn!("{error}"),
        }
        sleep(EVERY).await;
    }
}

/// Removes all that is too old at `now_ms`.
///
/// # Errors [`StorageError`]; what was not removed is left to the next round.
pub async fn round(sweep: &dyn Sweep, policy: Policy, now_ms: u64) -> Result<(), StorageError> {
    let mut failed = None;
    for (kind, term) in policy.terms() {
        let Some(term) = term else { continue };
        let before_ms = now_ms.saturating_sub(u64::try_from(term.as_millis()).unwrap_or(u64::MAX));
        let mut all = 0;
        for _ in 0..BATCHES {
            match sweep.sweep(kind, before_ms).await {
                Ok(0) => break,
                Ok(gone) => all += gone,
                // The other kinds go all the same.
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
            sleep(PAUSE).await;
        }
        if all > 0 {
            info!(kind = kind.as_str(), count = all, "{all} of a kind went that nobody touched: {}", kind.as_str());
            metrics::count_swept(kind.as_str(), all);
        }
    }
    for _ in 0..BATCHES {
        if !sweep.compact().await? {
            break;
        }
        sleep(PAUSE).await;
    }
    failed.map_or(Ok(()), Err)
}
