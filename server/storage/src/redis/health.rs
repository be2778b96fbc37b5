//! Whether deliveries work: proved by a probe that a node sends to itself, not concluded
//! from an open connection.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use redis::Cmd;
use tokio::time::{MissedTickBehavior, interval};

use super::commands::Commands;
use crate::StorageError;

const PROBE_EVERY: Duration = Duration::from_secs(1);
/// The last echo must not be older.
const ECHO_WITHIN: Duration = Duration::from_millis(2500);
/// After so many probes without an echo the connection counts as deaf and is replaced.
const UNANSWERED: u32 = 5;

/// The probes of one shard, and its last error.
#[derive(Default)]
pub(super) struct Health {
    last_echo: Mutex<Option<Instant>>,
    trouble: Mutex<Option<String>>,
    /// Probes that Redis accepted since the last echo, or since the connection was made.
    unanswered: AtomicU32,
}

impl Health {
    /// Ok when an echo came within the last 2.5 s; or else the last error of the connection.
    pub(super) fn check(&self) -> Result<(), StorageError> {
        let last_echo = *self.last_echo.lock().unwrap_or_else(PoisonError::into_inner);
        match last_echo {
            Some(at) if at.elapsed() <= ECHO_WITHIN => Ok(()),
            _ => {
                let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone();
                Err(StorageError::Unavailable(trouble.unwrap_or_else(|| "no probe came back lately".into())))
            }
        }
    }

    /// Whether there were echoes, and the last one is too old.
    pub(super) fn is_lost(&self) -> bool {
        let last_echo = *self.last_echo.lock().unwrap_or_else(PoisonError::into_inner);
        last_echo.is_some_and(|at| at.elapsed() > ECHO_WITHIN)
    }

    /// Notes that a probe came back.
    pub(super) fn echo(&self) {
        self.unanswered.store(0, Ordering::Relaxed);
        *self.last_echo.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether Redis accepts probes that do not come back.
    pub(super) fn is_deaf(&self) -> bool {
        self.unanswered.load(Ordering::Relaxed) >= UNANSWERED
    }

    /// Notes that the connection was made.
    pub(super) fn connected(&self) {
        self.unanswered.store(0, Ordering::Relaxed);
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Notes why the connection broke.
    pub(super) fn broken(&self, why: String) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
    }
}

/// Sends a probe every second, for as long as it is polled.
pub(super) async fn probe(commands: Commands, health: Arc<Health>, probe: Cmd) {
    let mut checks = interval(PROBE_EVERY);
    checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        checks.tick().await;
        if commands.run::<()>(&probe).await.is_ok() {
            health.unanswered.fetch_add(1, Ordering::Relaxed);
        }
    }
}
