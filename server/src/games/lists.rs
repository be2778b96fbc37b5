//! Lists of players for hosts and players who ask: one read for all who ask at about the same time. Knows no
//! stores; bounds what hosts that open a large game again and again can cost.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use protocol::game::frame::Player;
use storage::StorageError;
use tokio::time::Instant;

use super::Key;

/// How old a list may be, for each player in it: a long one costs more to read.
const AGE_PER_PLAYER: Duration = Duration::from_micros(200);
/// Games whose lists are remembered; beyond that, lists that nobody is reading are dropped.
const GAMES: usize = 256;

/// The players, up to the limit of a list, and how many there are.
pub(super) type List = (Vec<Player>, usize);

/// The latest list of each game.
#[derive(Default)]
pub(super) struct Lists {
    games: Mutex<HashMap<Key, Arc<Latest>>>,
}

#[derive(Default)]
struct Latest {
    /// Held during a read: callers that come meanwhile get its result.
    list: tokio::sync::Mutex<Option<(Instant, Arc<List>)>>,
}

impl Lists {
    /// The latest list, if it is young enough for its length, or else a new one from `read`.
    pub(super) async fn get(
        &self,
        key: &Key,
        read: impl Future<Output = Result<List, StorageError>>,
    ) -> Result<Arc<List>, StorageError> {
        let latest = self.of(key);
        let mut list = latest.list.lock().await;
        let is_young = |at: Instant, count: usize| {
            at.elapsed() < AGE_PER_PLAYER.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX))
        };
        if let Some((at, list)) = &*list
            && is_young(*at, list.1)
        {
            return Ok(list.clone());
        }
        let read_at = Instant::now();
        let fresh = Arc::new(read.await?);
        *list = Some((read_at, fresh.clone()));
        Ok(fresh)
    }

    fn of(&self, key: &Key) -> Arc<Latest> {
        let mut games = self.games.lock().unwrap_or_else(PoisonError::into_inner);
        if games.len() >= GAMES {
            games.retain(|_, latest| Arc::strong_count(latest) > 1);
        }
        games.entry(key.clone()).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use protocol::Pin;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_long_list_is_read_once_for_all_who_ask_within_a_second() {
        let (lists, reads) = (Lists::default(), AtomicUsize::new(0));
        let key = Key { pin: Pin::parse("482915").unwrap(), id: "g1".into() };
        let ask = async |count: usize| {
            let read = async {
                reads.fetch_add(1, Ordering::Relaxed);
                Ok((Vec::new(), count))
            };
            lists.get(&key, read).await.unwrap().1
        };
        for _ in 0..100 {
            assert_eq!(ask(5_000).await, 5_000);
            tokio::time::advance(Duration::from_millis(10)).await;
        }
        assert_eq!(reads.swap(0, Ordering::Relaxed), 1);
        tokio::time::advance(Duration::from_millis(10)).await;
        assert_eq!(ask(2).await, 2);
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(ask(3).await, 3, "of a small class everybody is seen at once");
        assert_eq!(reads.load(Ordering::Relaxed), 2);
    }
}
