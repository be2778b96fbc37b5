//! Threads for work that a single request can make expensive: reading a stranger's file, or
//! encoding a large one.
//!
//! They are few and beside the runtime's own: what runs on them delays neither messages nor the store, nor
//! the end of the process. Work whose caller has gone is not begun, and stops at its next check of the
//! budget. Knows nothing of what the work is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use storage::cancel_on_drop::CancelOnDrop;
use tokio::sync::{Semaphore, oneshot};
use tracing::{error, warn};

mod budget;

pub use budget::{Budget, Exhausted, Limits};

/// How many pieces of work run at a time.
pub const AT_ONCE: usize = 2;
/// How many run or wait, at most.
const ALL: usize = AT_ONCE + 16;

/// Why work was not done, or not to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkError {
    /// Too much work waits already.
    #[error("too much work is waiting")]
    Busy,
    /// The work panicked, which is a bug.
    #[error("the work has failed")]
    Failed,
}

/// Starts threads for work. Clones share the limit.
///
/// Each piece of work has a thread of its own, which ends with it: a thread that waited for more would keep
/// memory that the last work allocated.
#[derive(Clone)]
pub struct Workers {
    all: Arc<Semaphore>,
    threads: Arc<Semaphore>,
}

impl Default for Workers {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(ALL)), threads: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Workers {
    /// Runs `work` within `limits`, as soon as a thread is free. Dropping the future cancels
    /// it through its budget.
    ///
    /// # Errors [`WorkError`] says why the work was not done.
    pub async fn run<T, F>(&self, limits: Limits, work: F) -> Result<T, WorkError>
    where
        T: Send + 'static,
        F: FnOnce(&Budget) -> T + Send + 'static,
    {
        let place = Arc::clone(&self.all).try_acquire_owned().map_err(|_| WorkError::Busy)?;
        let permit = Arc::clone(&self.threads).acquire_owned().await.map_err(|_| WorkError::Busy)?;
        let (answer, answered) = oneshot::channel();
        let waiting = CancelOnDrop::default();
        let abandoned = Arc::clone(&waiting.abandoned);
        let job = move || {
            give_way();
            // A panic drops the sender, which is the answer.
            let done = catch_unwind(AssertUnwindSafe(|| work(&Budget::new(limits, abandoned))));
            // Before the answer, so that the caller finds the thread free.
            drop((permit, place));
            if let Ok(done) = done {
                let _ = answer.send(done);
            }
        };
        // Nobody joins it: a process that ends does not wait for a stranger's file.
        if let Err(error) = thread::Builder::new().name("worker".into()).spawn(job) {
            error!("no thread for a file can be started: {error}");
            return Err(WorkError::Busy);
        }
        answered.await.map_err(|_| WorkError::Failed)
    }
}

/// Lowers this thread's priority below that of the threads that carry messages.
#[cfg(target_os = "linux")]
fn give_way() {
    const STEPS_BACK: i32 = 10;
    // On Linux this is the calling thread's alone.
    if let Err(error) = rustix::process::nice(STEPS_BACK) {
        warn!("a thread for work cannot step back: {error}");
    }
}

#[cfg(not(target_os = "linux"))]
fn give_way() {}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use futures::FutureExt;
    use futures::future::join_all;

    use super::*;

    const LIMITS: Limits = Limits {
        unpacked_bytes: u64::MAX,
        held_bytes: u64::MAX,
        steps: u64::MAX,
        busy: Duration::from_secs(3600),
        elapsed: Duration::from_secs(3600),
    };

    #[tokio::test]
    async fn two_are_at_work_some_wait_and_the_next_is_told_so() {
        let workers = Workers::default();
        let (open, gate) = channel::<()>();
        let gate = Arc::new(Mutex::new(gate));
        let (begin, begun) = channel();
        let ask = || {
            let (gate, begin) = (gate.clone(), begin.clone());
            workers.run(LIMITS, move |_| {
                begin.send(()).unwrap();
                let _ = gate.lock().unwrap().recv();
            })
        };
        let mut works: Vec<_> = (0..AT_ONCE).map(|_| ask().boxed()).collect();
        for work in &mut works {
            assert!(work.as_mut().now_or_never().is_none());
            begun.recv().unwrap();
        }
        works.extend((AT_ONCE..ALL).map(|_| ask().boxed()));
        assert!(works.iter_mut().all(|work| work.as_mut().now_or_never().is_none()));
        assert_eq!(ask().await, Err(WorkError::Busy));
        drop(open);
        assert!(join_all(works).await.into_iter().all(|done| done == Ok(())));
    }

    #[tokio::test]
    async fn work_that_nobody_waits_for_ends_by_itself() {
        let workers = Workers::default();
        let (end, ended) = channel();
        let endless = workers.run(LIMITS, move |budget| {
            let why = loop {
                if let Err(why) = budget.step() {
                    break why;
                }
            };
            end.send(why).unwrap();
        });
        assert!(endless.boxed().now_or_never().is_none(), "it has begun");
        assert_eq!(ended.recv(), Ok(Exhausted::Abandoned));
    }

    #[tokio::test]
    async fn a_panic_costs_no_thread() {
        let workers = Workers::default();
        for _ in 0..=AT_ONCE {
            let failed = workers.run(LIMITS, |_| -> () { panic!("on purpose") }).await;
            assert_eq!(failed, Err(WorkError::Failed));
        }
        assert_eq!(workers.run(LIMITS, |_| 1).await, Ok(1));
    }
}
