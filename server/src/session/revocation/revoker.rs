//! Signs people out, and learns of those who signed out on other nodes.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use protocol::UserId;
use storage::{StorageError, clock};
use tokio::time::{Instant, sleep};
use tokio_util::task::AbortOnDropHandle;
use tracing::warn;

use super::{RevocationStore, Revoked, RevokedUsers};
use crate::digest;
use crate::limits::allotments;

/// How often the store is read for people who signed out on other nodes: a sign-out reaches all
/// nodes within a second.
const NEWS_EVERY: Duration = Duration::from_millis(500);
/// How soon the store is read again after it was found to be damaged as a whole: an operator may repair it meanwhile.
const DAMAGED_AGAIN: Duration = Duration::from_secs(60);
/// Each read begins so long before the latest known entry: the store's clock may be set back, and another
/// server may take its place.
const OVERLAP_MS: u64 = 60_000;
/// The number of reads after which expired entries are dropped: every hour.
const FORGET_EVERY: u32 = 7_200;
/// A session may have been renewed on another node just after its person signed out.
const MARGIN_MS: u64 = 24 * 60 * 60 * 1000;

/// Is called with the people whose sessions have ended, when this node learns of it.
type OnEnd = Box<dyn Fn(&HashSet<UserId>) + Send + Sync>;

/// Ends the sessions of people who sign out.
pub struct Revoker {
    inner: Arc<Inner>,
    _news: AbortOnDropHandle<()>,
}

struct Inner {
    store: Arc<dyn RevocationStore>,
    users: Arc<RevokedUsers>,
    lifetime: Duration,
    on_end: OnEnd,
    /// People whose connections were not closed yet: finding those takes a moment, so it is done
    /// for all people together.
    unannounced: Mutex<HashSet<UserId>>,
}

impl Revoker {
    /// Reads the store until this is dropped. Sessions are valid for `lifetime` at most.
    pub fn start(
        store: Arc<dyn RevocationStore>,
        users: Arc<RevokedUsers>,
        lifetime: Duration,
        on_end: impl Fn(&HashSet<UserId>) + Send + Sync + 'static,
    ) -> Self {
        let inner = Arc::new(Inner { store, users, lifetime, on_end: Box::new(on_end), unannounced: Mutex::default() });
        let news = tokio::spawn(poll_store(Arc::downgrade(&inner)));
        Self { inner, _news: AbortOnDropHandle::new(news) }
    }

    /// Signs somebody out: for requests to this node at once, for connections and other
    /// nodes within a second.
    ///
    /// # Errors The list cannot be written, and nothing has ended.
    pub async fn revoke(&self, user: &UserId, address: IpAddr) -> Result<(), StorageError> {
        self.inner.store.revoke(user, &network(address)).await?;
        self.inner.learn(vec![Revoked { user: user.clone(), revoked_at: clock::now_ms() }]);
        Ok(())
    }
}

impl Inner {
    fn learn(&self, revoked: Vec<Revoked>) {
        let news = self.users.learn(revoked);
        self.unannounced.lock().unwrap_or_else(PoisonError::into_inner).extend(news);
    }

    fn announce_ended(&self) {
        let unannounced = std::mem::take(&mut *self.unannounced.lock().unwrap_or_else(PoisonError::into_inner));
        if !unannounced.is_empty() {
            (self.on_end)(&unannounced);
        }
    }

    /// Reads all entries since a moment, and returns the moment to read from next.
    async fn load_new(&self, since: u64) -> Result<u64, StorageError> {
        let revoked = self.store.revoked_since(since).await?;
        let latest = revoked.last().map_or(0, |last| last.revoked_at);
        self.learn(revoked);
        Ok(since.max(latest.saturating_sub(OVERLAP_MS)))
    }

    async fn forget(&self) -> Result<(), StorageError> {
        let lifetime_ms = u64::try_from(self.lifetime.as_millis()).unwrap_or(u64::MAX);
        let moment = clock::now_ms().saturating_sub(lifetime_ms.saturating_add(MARGIN_MS));
        self.store.forget_before(moment).await?;
        let before = clock::now_ms().saturating_sub(OVERLAP_MS);
        let kept = self.store.revoked_since(0).await?;
        self.users.forget_all_but(&kept, before);
        Ok(())
    }
}

/// The widest network of an address, as text. It is stored for long, and so it is too short to tell which
/// network it was: many thousand addresses share it.
fn network(address: IpAddr) -> String {
    allotments(address).next_back().map(|network| digest::of(network.prefix.to_string(), 2)).unwrap_or_default()
}

async fn poll_store(inner: Weak<Inner>) {
    let (mut since, mut is_away, mut knows_all, mut round) = (0, false, false, 0);
    let mut not_before = Instant::now();
    while let Some(inner) = inner.upgrade() {
        // Where no other node writes, the first read has everything.
        if (inner.store.is_shared() || !knows_all) && Instant::now() >= not_before {
            match inner.load_new(since).await {
                Ok(next) => (since, is_away, knows_all) = (next, false, true),
                Err(error) => {
                    if !is_away {
                        warn!("it is not known who signed out on other nodes: {error}");
                    }
                    is_away = true;
                    if !error.is_temporary() {
                        not_before = Instant::now() + DAMAGED_AGAIN;
                    }
                }
            }
        }
        inner.announce_ended();
        if round % FORGET_EVERY == 0
            && let Err(error) = inner.forget().await
        {
            warn!("who signed out long ago is not forgotten yet: {error}");
        }
        round = round.wrapping_add(1);
        drop(inner);
        sleep(NEWS_EVERY).await;
    }
}
