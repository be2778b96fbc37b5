//! Whether people can be sent to this node: proved by a probe, which is shared by all who ask at
//! about the same time.

use std::sync::Arc;
use std::time::Duration;

use realtime::broker::Broker;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

/// How long an answer is reused.
const FRESH: Duration = Duration::from_millis(500);
/// A probe that takes longer means not ready.
const PROVED_WITHIN: Duration = Duration::from_secs(4);

/// Whether a node is ready, for `/readyz`.
pub(crate) struct Readiness {
    broker: Arc<dyn Broker>,
    /// Cancelled when the node shuts down.
    leaving: CancellationToken,
    probe: Probe,
}

impl Readiness {
    /// The readiness of a node with this broker, until `leaving` is cancelled.
    pub(crate) fn new(broker: Arc<dyn Broker>, leaving: CancellationToken) -> Self {
        Self { broker, leaving, probe: Probe::default() }
    }

    /// # Errors A sentence that says why nobody should be sent here.
    pub(crate) async fn check(&self) -> Result<(), String> {
        if self.leaving.is_cancelled() {
            return Err("this node is leaving".into());
        }
        self.probe.check(async { self.broker.ready().await.map_err(|error| error.to_string()) }).await
    }
}

/// The last answer of a probe.
#[derive(Default)]
struct Probe {
    last: Mutex<Option<(Instant, Result<(), String>)>>,
}

impl Probe {
    /// The answer of `probe`, or a recent one.
    ///
    /// # Errors The probe's sentence, or that it took too long.
    async fn check(&self, probe: impl Future<Output = Result<(), String>>) -> Result<(), String> {
        let mut last = self.last.lock().await;
        if let Some((at, answer)) = &*last
            && at.elapsed() < FRESH
        {
            return answer.clone();
        }
        let answer = timeout(PROVED_WITHIN, probe).await.unwrap_or_else(|_| Err("a probe takes too long".into()));
        *last = Some((Instant::now(), answer.clone()));
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures::future::join_all;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn many_who_ask_cause_one_probe() {
        let (readiness, probes) = (Probe::default(), AtomicU32::new(0));
        let ask = || {
            readiness.check(async {
                probes.fetch_add(1, Ordering::Relaxed);
                Ok(())
            })
        };
        assert!(join_all((0..1000).map(|_| ask())).await.into_iter().all(|answer| answer.is_ok()));
        assert_eq!(probes.load(Ordering::Relaxed), 1);
        tokio::time::advance(FRESH).await;
        ask().await.unwrap();
        assert_eq!(probes.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_does_not_come_back_is_an_answer() {
        assert_eq!(Probe::default().check(pending()).await, Err("a probe takes too long".into()));
    }
}
