//! Lists of players for hosts and players who ask: one read for all who ask at about the same time. Knows no
//! stores; bounds what hosts that open a large game again and again can cost.

use std::sync::Arc;
use std::time::Duration;

use protocol::game::frame::Player;
use quick_cache::Weighter;
use quick_cache::sync::{Cache, EntryAction, EntryResult};
use storage::StorageError;
use tokio::time::Instant;

use super::Key;

/// How old a list may be, for each player in it: a long one costs more to read.
const AGE_PER_PLAYER: Duration = Duration::from_micros(200);
/// The size of all remembered lists, in bytes; beyond it, those that were not used lately are dropped.
const REMEMBERED_BYTES: u64 = 16 * 1024 * 1024;
/// How many lists that may be, as a first estimate.
const REMEMBERED: usize = 256;

/// The players, up to the limit of a list, and how many there are.
pub(super) type List = (Vec<Player>, usize);

/// The latest list of each game.
pub(super) struct Lists {
    games: Cache<Key, Latest, Weight>,
}

#[derive(Clone)]
struct Latest {
    read_at: Instant,
    list: Arc<List>,
    bytes: u64,
}

impl Default for Lists {
    fn default() -> Self {
        Self { games: Cache::with_weighter(REMEMBERED, REMEMBERED_BYTES, Weight) }
    }
}

impl Lists {
    /// The latest list, if it is young enough for its length, or else a new one from `read`. Callers that
    /// come during a read wait for its result.
    pub(super) async fn get(
        &self,
        key: &Key,
        read: impl Future<Output = Result<List, StorageError>>,
    ) -> Result<Arc<List>, StorageError> {
        let if_young = |_: &Key, latest: &mut Latest| {
            if latest.is_young() { EntryAction::Retain(latest.list.clone()) } else { EntryAction::ReplaceWithGuard }
        };
        match self.games.entry_async(key, if_young).await {
            EntryResult::Retained(list) => Ok(list),
            // The guard makes others wait. If the read fails or is given up, the next one of them reads.
            EntryResult::Vacant(guard) | EntryResult::Replaced(guard, _) => {
                let fresh = Latest::load(read).await?;
                let list = fresh.list.clone();
                // Nothing else inserts or removes, so the place of the guard is still there.
                let _ = guard.insert(fresh);
                Ok(list)
            }
            EntryResult::Removed(..) | EntryResult::Timeout => unreachable!("nothing is removed, or waits for a time"),
        }
    }
}

impl Latest {
    async fn load(read: impl Future<Output = Result<List, StorageError>>) -> Result<Self, StorageError> {
        let read_at = Instant::now();
        let list = read.await?;
        let texts: usize = list.0.iter().map(|player| player.id.as_str().len() + player.name.as_str().len()).sum();
        let bytes = size_of::<Self>() + size_of::<List>() + size_of_val(&*list.0) + texts;
        Ok(Self { read_at, list: Arc::new(list), bytes: bytes as u64 })
    }

    fn is_young(&self) -> bool {
        self.read_at.elapsed() < AGE_PER_PLAYER.saturating_mul(u32::try_from(self.list.1).unwrap_or(u32::MAX))
    }
}

/// Tells the size of lists.
#[derive(Clone)]
struct Weight;

impl Weighter<Key, Latest> for Weight {
    fn weight(&self, _: &Key, latest: &Latest) -> u64 {
        latest.bytes
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use protocol::{Name, Pin, UserId};

    use super::*;

    fn key(game: usize) -> Key {
        Key { pin: Pin::parse("482915").unwrap(), id: format!("g{game}") }
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_list_is_read_once_for_all_who_ask_within_a_second() {
        let (lists, reads) = (Lists::default(), AtomicUsize::new(0));
        let key = key(1);
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
    #[tokio::test(start_paused = true)]
    async fn all_who_come_during_a_read_wait_for_it_and_one_of_them_reads_after_a_failure() {
        let (lists, reads) = (Lists::default(), AtomicUsize::new(0));
        let key = key(1);
        let ask = || {
            lists.get(&key, async {
                tokio::time::sleep(Duration::from_millis(10)).await;
                match reads.fetch_add(1, Ordering::Relaxed) {
                    0 => Err(StorageError::Unavailable("away".into())),
                    _ => Ok((Vec::new(), 5_000)),
                }
            })
        };
        let (first, second, third) = tokio::join!(ask(), ask(), ask());
        assert!(first.is_err() && second.unwrap().1 == 5_000 && third.unwrap().1 == 5_000);
        assert_eq!(reads.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_of_other_games_does_not_drop_the_list_that_is_used_and_fills_no_memory() {
        let (lists, reads) = (Lists::default(), AtomicUsize::new(0));
        let player = |number: usize| Player {
            id: UserId::parse(&format!("u{number}")).unwrap(),
            name: Name::parse("Ana").unwrap(),
            here: true,
            score: 0,
        };
        let players: Vec<_> = (0..2_000).map(player).collect();
        for game in 1..1_000 {
            let used = async {
                reads.fetch_add(1, Ordering::Relaxed);
                Ok((Vec::new(), 2_000))
            };
            lists.get(&key(0), used).await.unwrap();
            lists.get(&key(game), async { Ok((players.clone(), 2_000)) }).await.unwrap();
        }
        assert_eq!(reads.load(Ordering::Relaxed), 1);
        assert!(lists.games.weight() <= REMEMBERED_BYTES && lists.games.len() < 250, "{}", lists.games.len());
    }
}
