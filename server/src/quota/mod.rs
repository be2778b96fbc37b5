//! Limits on how much people may store, so that nobody fills the store.
//!
//! Counts bytes by person, by address and in all; knows nothing of quizzes, games or how they are stored.
//! Callers charge before they store, so that nothing is ever stored in part.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use protocol::UserId;
use storage::StorageError;
use storage::clock::now_ms;
use tokio::time::Instant;
use tracing::warn;

use crate::limits::{Allotment, allotments};
use crate::{digest, metrics};

pub mod embedded;
pub mod redis;

/// Bytes counted for each stored thing beside its own: rows, keys, entries in lists.
pub const OVERHEAD: u64 = 1024;
/// The percentage of the quota above which only people who are known may store something new.
const STRANGERS_UNTIL: u64 = 80;
/// The percentage of Redis' own limit above which its memory is left to messages.
const STORE_UNTIL: u64 = 95;
/// How long a measurement of the store is used.
const MEASURED: Duration = Duration::from_secs(1);
/// How often the store is measured when nobody asks.
const MEASURE_EVERY: Duration = Duration::from_secs(1);
const HOUR_MS: u64 = 60 * 60 * 1000;
const DAY_MS: u64 = 24 * HOUR_MS;

/// The account that something stored is charged to.
#[derive(Clone, Debug)]
pub struct Payer {
    /// The person who is charged, by their session.
    pub person: UserId,
    /// The client's address; `None` for what a node does by itself.
    pub address: Option<IpAddr>,
    /// Whether this is more than a session that was made just now.
    pub is_known: bool,
}

/// The kinds of things that quotas count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A version of a quiz, by the bytes of its JSON.
    Quiz,
    /// A picture of a question, by the bytes of its file.
    Picture,
    /// A game with its copy of a quiz.
    Game,
    /// The results of a game, by the bytes of their JSON.
    Results,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Quiz => "quiz",
            Self::Picture => "picture",
            Self::Game => "game",
            Self::Results => "results",
        }
    }
}

/// Why something may not be stored, as a sentence for the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuotaError {
    /// The store is full, or nearly full and the person is not known.
    #[error("This server is full. Ask whoever runs it, or try again later.")]
    ServerFull,
    /// This person has stored what one may in a day.
    #[error("You have put as much here today as one person may. Try again tomorrow.")]
    Person,
    /// This address has stored what one may in a day.
    #[error("As much has come from your network today as may. Try again tomorrow.")]
    Address,
    /// This person, or this address, has begun as many games as allowed in an hour.
    #[error("Too many games were begun here in this hour. Go on with one of them, or try again later.")]
    Games,
}

impl QuotaError {
    fn as_str(self) -> &'static str {
        match self {
            Self::ServerFull => "server",
            Self::Person => "person",
            Self::Address => "address",
            Self::Games => "games",
        }
    }
}

/// The configured limits. `u64::MAX` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotaLimits {
    /// Bytes of everything that is stored.
    pub storage: u64,
    /// Bytes that one person may store in a day.
    pub per_person: u64,
    /// Bytes that may be stored from one address in a day.
    pub per_address: u64,
    /// Games that one person may begin in an hour.
    pub games_per_person: u64,
    /// Games that may be begun from one address in an hour.
    pub games_per_address: u64,
}

impl QuotaLimits {
    /// Limits that allow everything, for tests and benchmarks of other parts.
    pub const OFF: Self = Self {
        storage: u64::MAX,
        per_person: u64::MAX,
        per_address: u64::MAX,
        games_per_person: u64::MAX,
        games_per_address: u64::MAX,
    };
}

/// What is added to one counter, and the most that it may then be.
#[derive(Clone, Debug)]
pub struct Addition {
    /// The counter's name, which contains the hour or the day, so that no counter is ever reset.
    pub name: String,
    /// The amount; a negative one gives something back.
    pub amount: i64,
    /// The most that the counter may reach.
    pub limit: u64,
    /// When the counter expires, in milliseconds since 1970.
    pub until_ms: u64,
}

/// How full the store is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// Bytes of everything that is stored.
    pub bytes: u64,
    /// The percentage of the store's own limit; 0 where it has none.
    pub percent_of_store: u64,
}

/// Counters that all nodes share. Every implementation keeps every promise below; one contract test runs
/// on all of them.
#[async_trait]
pub trait Counters: Send + Sync {
    /// Adds to all of the counters, or to none where one would exceed its limit: returns the index of that
    /// one. Counters do not fall below 0.
    async fn add(&self, additions: Vec<Addition>) -> Result<Option<usize>, StorageError>;

    /// Measures how full the store is.
    async fn stored(&self) -> Result<Stored, StorageError>;
}

/// The quotas of a deployment, as this node checks them.
pub struct Quotas {
    counters: Arc<dyn Counters>,
    limits: QuotaLimits,
    measured: Mutex<Measured>,
    /// Bytes at the last measurement.
    seen: AtomicU64,
    /// Bytes of messages that this node appended to logs since.
    added_to_logs: AtomicU64,
    is_full: AtomicBool,
}

#[derive(Clone, Copy, Default)]
struct Measured {
    at: Option<Instant>,
    stored: Stored,
    /// Bytes that were allowed since.
    added: u64,
}

impl Quotas {
    /// Quotas that count in `counters`.
    pub fn new(counters: Arc<dyn Counters>, limits: QuotaLimits) -> Self {
        Self {
            counters,
            limits,
            measured: Mutex::default(),
            seen: AtomicU64::new(0),
            added_to_logs: AtomicU64::new(0),
            is_full: AtomicBool::new(false),
        }
    }

    /// Charges bytes that are about to be stored.
    ///
    /// # Errors [`QuotaError`]: they must not be stored, and nothing was counted.
    pub async fn charge(&self, payer: &Payer, kind: Kind, bytes: u64) -> Result<(), QuotaError> {
        let bytes = bytes.saturating_add(OVERHEAD);
        let charged = match self.check_room(payer.is_known, bytes).await {
            Ok(()) => self.add(self.of_bytes(payer, signed(bytes))).await,
            refused => refused,
        };
        match charged {
            Ok(()) => {
                self.measured().added += bytes;
                metrics::count_stored(kind.as_str(), bytes);
            }
            Err(refused) => metrics::count_quota_refusal(refused.as_str()),
        }
        charged
    }

    /// Checks whether so many bytes may be stored that nobody is charged for.
    ///
    /// # Errors [`QuotaError::ServerFull`] beyond the storage quota.
    pub async fn check_space(&self, is_known: bool, bytes: u64) -> Result<(), QuotaError> {
        let checked = self.check_room(is_known, bytes.saturating_add(OVERHEAD)).await;
        checked.inspect_err(|refused| metrics::count_quota_refusal(refused.as_str()))
    }

    /// Gives back what was charged for something that was not stored after all, or that replaced something.
    pub async fn give_back(&self, payer: &Payer, bytes: u64) {
        // A negative amount cannot be refused.
        let _ = self.add(self.of_bytes(payer, -signed(bytes))).await;
    }

    /// Charges a game that is about to begin, with a quiz of so many bytes.
    ///
    /// # Errors [`QuotaError`]: it must not begin.
    pub async fn charge_game(&self, payer: &Payer, bytes: u64) -> Result<(), QuotaError> {
        let hour = now_ms() / HOUR_MS;
        let QuotaLimits { games_per_person, games_per_address, .. } = self.limits;
        let begun = counted(payer, games_per_person, games_per_address).map(|(who, limit)| {
            let name = format!("games:{hour}:{}", who.name);
            (Addition { name, amount: 1, limit, until_ms: (hour + 1) * HOUR_MS }, QuotaError::Games)
        });
        let begun = begun.collect();
        if let Err(refused) = self.add(begun).await {
            metrics::count_quota_refusal(refused.as_str());
            return Err(refused);
        }
        self.charge(payer, Kind::Game, bytes).await
    }

    /// Notes a message that was appended to its log. Nobody is charged, because logs have limits of their
    /// own; but many of them fill the store between two measurements.
    pub fn note(&self, bytes: u64) {
        let added = self.added_to_logs.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if self.seen.load(Ordering::Relaxed).saturating_add(added) >= self.limits.storage {
            self.is_full.store(true, Ordering::Relaxed);
        }
    }

    /// Whether everything together is at the limit: logs must not grow.
    pub fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Relaxed)
    }

    /// Measures how many bytes are stored in all.
    pub async fn stored(&self) -> u64 {
        self.measure().await;
        self.measured().stored.bytes
    }

    async fn check_room(&self, is_known: bool, bytes: u64) -> Result<(), QuotaError> {
        let Measured { at, .. } = *self.measured();
        if at.is_none_or(|at| at.elapsed() >= MEASURED) {
            self.measure().await;
        }
        let Measured { stored, added, .. } = *self.measured();
        let (quota, percent) = if is_known {
            (self.limits.storage, STORE_UNTIL)
        } else {
            (self.limits.storage / 100 * STRANGERS_UNTIL, STRANGERS_UNTIL)
        };
        let would_be = stored.bytes.saturating_add(added).saturating_add(bytes);
        if would_be > quota || stored.percent_of_store >= percent { Err(QuotaError::ServerFull) } else { Ok(()) }
    }

    /// Measures how full the store is. If it cannot be read, the last value stays.
    async fn measure(&self) {
        match self.counters.stored().await {
            Ok(stored) => {
                *self.measured() = Measured { at: Some(Instant::now()), stored, added: 0 };
                self.seen.store(stored.bytes, Ordering::Relaxed);
                self.added_to_logs.store(0, Ordering::Relaxed);
                // Not where the store's own limit is nearly reached: then it refuses new messages by itself,
                // and no room has to drop old ones.
                let is_full = stored.bytes >= self.limits.storage;
                if is_full && !self.is_full.swap(is_full, Ordering::Relaxed) {
                    warn!("the store is full: {} bytes; nothing more is kept", stored.bytes);
                }
                self.is_full.store(is_full, Ordering::Relaxed);
                metrics::show_stored(stored.bytes, self.limits.storage);
            }
            Err(error) => warn!("{error}"),
        }
    }

    fn of_bytes(&self, payer: &Payer, amount: i64) -> Vec<(Addition, QuotaError)> {
        let day = now_ms() / DAY_MS;
        let some = |(who, limit): (Counted, u64)| {
            let name = format!("bytes:{day}:{}", who.name);
            (Addition { name, amount, limit, until_ms: (day + 1) * DAY_MS }, who.refusal)
        };
        counted(payer, self.limits.per_person, self.limits.per_address).map(some).collect()
    }

    async fn add(&self, additions: Vec<(Addition, QuotaError)>) -> Result<(), QuotaError> {
        let (additions, refusals): (Vec<_>, Vec<_>) = additions.into_iter().unzip();
        match self.counters.add(additions).await {
            Ok(None) => Ok(()),
            Ok(Some(at)) => Err(refusals.get(at).copied().unwrap_or(QuotaError::ServerFull)),
            // Counters are on one server, and what is to be stored may go to another that works.
            Err(error) => {
                warn!("{error}");
                Ok(())
            }
        }
    }

    fn measured(&self) -> MutexGuard<'_, Measured> {
        self.measured.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Measures the store regularly, for as long as it is polled.
pub(crate) async fn watch(quotas: Arc<Quotas>) {
    loop {
        quotas.measure().await;
        tokio::time::sleep(MEASURE_EVERY).await;
    }
}

/// A person or a network that is charged, with its limit.
struct Counted {
    name: String,
    refusal: QuotaError,
}

/// The person, and all networks of their address: wider ones have larger limits. Of addresses only
/// a digest is stored.
fn counted(payer: &Payer, per_person: u64, per_address: u64) -> impl Iterator<Item = (Counted, u64)> {
    let person = Counted { name: format!("p:{}", payer.person), refusal: QuotaError::Person };
    let networks = payer.address.into_iter().flat_map(allotments).map(move |Allotment { prefix, times }| {
        let name = format!("a:{}", digest::of(prefix.to_string(), 12));
        (Counted { name, refusal: QuotaError::Address }, per_address.saturating_mul(u64::from(times)))
    });
    std::iter::once((person, per_person)).chain(networks)
}

fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
