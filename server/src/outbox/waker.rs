//! Calls a connection's task to its work.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use futures::task::AtomicWaker;

/// A call that waits until it is heard. Many call, one hears: without a list of
/// those who listen, which would be gone through for every frame of a client.
#[derive(Default)]
pub(super) struct Waker {
    is_there: AtomicBool,
    worker: AtomicWaker,
}

impl Waker {
    /// Says that there is work. Said twice before it is heard, it is heard once.
    pub(super) fn call(&self) {
        self.is_there.store(true, Ordering::Release);
        self.worker.wake();
    }

    /// Returns when there is work. May be dropped and called again, by one task.
    pub(super) async fn called(&self) {
        poll_fn(|context| {
            // First be found, then look: what is said between the two is seen.
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

    use tokio::time::{Duration, timeout};

    use super::*;

    #[tokio::test]
    async fn a_call_is_heard_once_whenever_it_came() {
        let work = Arc::new(Waker::default());
        work.call();
        work.call();
        work.called().await;
        assert!(timeout(Duration::from_millis(20), work.called()).await.is_err(), "two calls are one");

        let hears = tokio::spawn({
            let work = work.clone();
            async move { work.called().await }
        });
        tokio::task::yield_now().await;
        work.call();
        hears.await.unwrap();
    }
}
