//! Wakes a connection's task.

use std::future::poll_fn;
use std::sync::atomic::Ordering;
use std::task::Poll;

use crate::sync::{AtomicBool, AtomicWaker};

/// A wake-up that waits until it is received. Many tasks call and one waits: there is no list of waiters,
/// which would be searched for every frame of a client.
#[derive(Default)]
pub(super) struct Waker {
    is_there: AtomicBool,
    worker: AtomicWaker,
}

impl Waker {
    /// Wakes the task. Several calls before it runs count as one.
    pub(super) fn wake(&self) {
        self.is_there.store(true, Ordering::Release);
        self.worker.wake();
    }

    /// Waits for a call. Cancel safe; for one task only.
    pub(super) async fn woken(&self) {
        poll_fn(|context| {
            // Register first, then check: a call between the two is seen.
            self.worker.register(context.waker());
            match self.is_there.swap(false, Ordering::AcqRel) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_call_is_heard_once_whenever_it_came() {
        let work = Arc::new(Waker::default());
        work.wake();
        work.wake();
        work.woken().await;
        assert_eq!(work.woken().now_or_never(), None, "two calls are one");

        let hears = tokio::spawn({
            let work = work.clone();
            async move { work.woken().await }
        });
        tokio::task::yield_now().await;
        work.wake();
        hears.await.unwrap();
    }
}
