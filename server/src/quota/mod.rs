//! How much people may have kept here, so that nobody fills the store.
//!
//! Counts bytes by person, by address and in all; knows nothing of quizzes,
//! games or how they are kept. Whoever keeps something asks before, so that
//! nothing is ever kept by half.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use protocol::UserId;
use tokio::time::Instant;
use tracing::warn;

use crate::clock::now_ms;
use crate::limits::{Allotment, allotments};
use crate::{digest, metrics};

pub mod embedded;
pub mod redis;

/// What each thing takes beside its own bytes: rows, keys, its place in lists.
pub const OVERHEAD: u64 = 1024;
/// From here on only people who are known keep something new, in hundredths of the quota.
const STRANGERS_UNTIL: u64 = 80;
/// A Redis that is so full of what it may have needs the rest for messages.
const STORE_UNTIL: u64 = 95;
/// How long a measure of the store is good for.
const MEASURED: Duration = Duration::from_secs(1);
/// How often it is measured when nobody asks.
const MEASURE_EVERY: Duration = Duration::from_secs(1);
const HOUR_MS: u64 = 60 * 60 * 1000;
const DAY_MS: u64 = 24 * HOUR_MS;

/// Who has something kept.
#[derive(Clone, Debug)]
pub struct Payer {
    /// The session on whose account it is kept.
    pub person: UserId,
    /// From where; `None` for what a node does by itself.
    pub address: Option<IpAddr>,
    /// Whether they are more than a session that was made just now.
    pub is_known: bool,
}

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A version of a quiz.
    Quiz,
    /// A picture.
    Picture,
    /// A game with its copy of a quiz.
    Game,
    /// What came of a game.
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

/// Why something is not kept, as a sentence for whoever brought it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuotaError {
    /// The whole store has what it may, or nearly so and they are a stranger.
    #[error("This server is full. Ask whoever runs it, or try again later.")]
    ServerFull,
    /// A person brought what one may in a day.
    #[error("You have put as much here today as one person may. Try again tomorrow.")]
    Person,
    /// An address brought what one may in a day.
    #[error("As much has come from your network today as may. Try again tomorrow.")]
    Address,
    /// So many games were begun by one person, or from one address, in an hour.
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

/// What an operator may choose. `u64::MAX` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotaLimits {
    /// Bytes of everything.
    pub storage: u64,
    /// Bytes that one person may add in a day.
    pub per_person: u64,
    /// Bytes that may be added from one address in a day.
    pub per_address: u64,
    /// Games that one person may begin in an hour.
    pub games_per_person: u64,
    /// Games that may be begun from one address in an hour.
    pub games_per_address: u64,
}

impl QuotaLimits {
    /// No limits.
    pub const OFF: Self = Self {
        storage: u64::MAX,
        per_person: u64::MAX,
        per_address: u64::MAX,
        games_per_person: u64::MAX,
        games_per_address: u64::MAX,
    };
}

/// Something to add to a counter.
#[derive(Clone, Debug)]
pub struct Addition {
    /// The counter. It names the hour or the day, too, and so never starts again.
    pub name: String,
    /// How much; less than nothing gives something back.
    pub amount: i64,
    /// What it may reach.
    pub limit: u64,
    /// When the counter is of no more use, in milliseconds since 1970.
    pub until_ms: u64,
}

/// How full the store is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// Bytes of everything in it.
    pub bytes: u64,
    /// How much of what the store itself may have, in hundredths; 0 where it has no limit.
    pub percent_of_store: u64,
}

/// Counters cannot be reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("quotas cannot be counted: {0}")]
pub struct CountersError(pub String);

/// What counts, for all nodes together. Every implementation keeps every
/// promise below; one contract test runs on all.
#[async_trait]
pub trait Counters: Send + Sync {
    /// Adds to all of the counters, or to none where one would go above its
    /// limit: gives which. Giving back ends at 0.
    async fn add(&self, additions: Vec<Addition>) -> Result<Option<usize>, CountersError>;

    /// How full the store is.
    async fn stored(&self) -> Result<Stored, CountersError>;
}

/// The quotas of a deployment, as this node keeps them.
pub struct Quotas {
    counters: Arc<dyn Counters>,
    limits: QuotaLimits,
    measured: Mutex<Measured>,
    /// Bytes at the last measure.
    seen: AtomicU64,
    /// Bytes of messages that this node put into logs since.
    said: AtomicU64,
    is_full: AtomicBool,
}

#[derive(Clone, Copy, Default)]
struct Measured {
    at: Option<Instant>,
    stored: Stored,
    /// What was let in since.
    added: u64,
}

impl Quotas {
    /// Counts with `counters`.
    pub fn new(counters: Arc<dyn Counters>, limits: QuotaLimits) -> Self {
        Self {
            counters,
            limits,
            measured: Mutex::default(),
            seen: AtomicU64::new(0),
            said: AtomicU64::new(0),
            is_full: AtomicBool::new(false),
        }
    }

    /// Accounts for so many bytes that are about to be kept.
    ///
    /// # Errors
    /// [`QuotaError`]: it must not be kept, and nothing was counted.
    pub async fn charge(&self, payer: &Payer, kind: Kind, bytes: u64) -> Result<(), QuotaError> {
        let bytes = bytes.saturating_add(OVERHEAD);
        let charged = match self.check_room(payer.is_known, bytes).await {
            Ok(()) => self.add(self.of_bytes(payer, signed(bytes))).await,
            refused => refused,
        };
        match charged {
            Ok(()) => {
                self.measured().added += bytes;
                metrics::count_kept(kind.as_str(), bytes);
            }
            Err(refused) => metrics::count_quota_refusal(refused.as_str()),
        }
        charged
    }

    /// Whether something of so many bytes may be kept that nobody is charged for.
    ///
    /// # Errors
    /// [`QuotaError::ServerFull`].
    pub async fn check_space(&self, is_known: bool, bytes: u64) -> Result<(), QuotaError> {
        let checked = self.check_room(is_known, bytes.saturating_add(OVERHEAD)).await;
        checked.inspect_err(|refused| metrics::count_quota_refusal(refused.as_str()))
    }

    /// Takes back what was charged for something that was not kept after all,
    /// or made room for itself.
    pub async fn give_back(&self, payer: &Payer, bytes: u64) {
        // It only takes away, so nothing can be refused.
        let _ = self.add(self.of_bytes(payer, -signed(bytes))).await;
    }

    /// Accounts for a game that is about to be begun, with a quiz of so many bytes.
    ///
    /// # Errors
    /// [`QuotaError`]: it must not be begun.
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

    /// Notes a message that is in its log now. It is not charged to anybody, for
    /// logs have limits of their own; but many of them fill the store between two measures.
    pub fn note(&self, bytes: u64) {
        let said = self.said.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if self.seen.load(Ordering::Relaxed).saturating_add(said) >= self.limits.storage {
            self.is_full.store(true, Ordering::Relaxed);
        }
    }

    /// Whether everything together has as much as it may: logs must not grow.
    pub fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Relaxed)
    }

    /// Looks how many bytes are kept in all.
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

    /// Looks how full the store is. What cannot be seen now is as it was before.
    async fn measure(&self) {
        match self.counters.stored().await {
            Ok(stored) => {
                *self.measured() = Measured { at: Some(Instant::now()), stored, added: 0 };
                self.seen.store(stored.bytes, Ordering::Relaxed);
                self.said.store(0, Ordering::Relaxed);
                // Not where the store itself is nearly full: it refuses what it cannot take,
                // and a room forgets nothing that nobody asked it to forget.
                let is_full = stored.bytes >= self.limits.storage;
                if is_full && !self.is_full.swap(is_full, Ordering::Relaxed) {
                    warn!(
                        "the store is full: {} bytes; nothing more is kept, and rooms forget for what is said",
                        stored.bytes
                    );
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
            // They stand in one place, and what is to be kept may go to another that works.
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

/// Keeps looking how full the store is, for as long as it is polled.
pub(crate) async fn watch(quotas: Arc<Quotas>) {
    loop {
        quotas.measure().await;
        tokio::time::sleep(MEASURE_EVERY).await;
    }
}

/// Under whose name something is counted.
struct Counted {
    name: String,
    refusal: QuotaError,
}

/// The person, and all networks that their address is in: those that are handed
/// out whole may do more. Of addresses nobody reads anything but a digest.
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
