//! The messages of one client that were begun and are not in the log yet, in order.

use std::future::poll_fn;
use std::task::{Context, Poll};

use futures::future::BoxFuture;

/// How many may be in flight; after that no frame is read.
const AT_ONCE: usize = 32;

/// The messages in flight. One after the other would be a round trip to the log for each, and the log could
/// never take them together.
#[derive(Default)]
pub(super) struct InFlight {
    /// In the order of their beginning. All are polled, because nearly always there is one: cheaper than to
    /// know which of them was woken.
    under_way: Vec<BoxFuture<'static, ()>>,
}

impl InFlight {
    pub(super) fn is_empty(&self) -> bool {
        self.under_way.is_empty()
    }

    pub(super) fn has_room(&self) -> bool {
        self.under_way.len() < AT_ONCE
    }

    /// Adds a message. New ones are first polled in the order in which they were added, and that poll
    /// sends to the log.
    pub(super) fn begin(&mut self, one: BoxFuture<'static, ()>) {
        self.under_way.push(one);
    }

    /// Polls all until at least one is done. Cancel safe.
    pub(super) async fn next(&mut self) {
        poll_fn(|context| self.poll(context)).await;
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let before = self.under_way.len();
        self.under_way.retain_mut(|one| one.as_mut().poll(context).is_pending());
        if self.under_way.is_empty() {
            // A client that sends nothing holds no buffer.
            self.under_way = Vec::new();
        }
        if self.under_way.len() == before && before > 0 { Poll::Pending } else { Poll::Ready(()) }
    }

    /// Waits until nothing is in flight.
    pub(super) async fn finish(&mut self) {
        while !self.is_empty() {
            self.next().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[tokio::test]
    async fn they_begin_in_the_order_in_which_they_were_said() {
        let (begun, mut in_flight) = (Arc::new(Mutex::new(Vec::new())), InFlight::default());
        for number in 0..AT_ONCE {
            assert!(in_flight.has_room());
            let begun = begun.clone();
            in_flight.begin(Box::pin(async move {
                begun.lock().unwrap().push(number);
                tokio::task::yield_now().await;
            }));
        }
        assert!(!in_flight.has_room(), "the next one stays unread");
        in_flight.finish().await;
        assert!(in_flight.is_empty());
        assert_eq!(*begun.lock().unwrap(), (0..AT_ONCE).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn who_waits_longer_keeps_nobody_from_being_done() {
        let (tell, told) = tokio::sync::oneshot::channel::<()>();
        let mut in_flight = InFlight::default();
        in_flight.begin(Box::pin(async move { drop(told.await) }));
        in_flight.begin(Box::pin(async {}));
        in_flight.next().await;
        assert!(!in_flight.is_empty(), "the second is done, the first is not");
        tell.send(()).unwrap();
        in_flight.next().await;
        assert!(in_flight.is_empty());
        in_flight.next().await;
    }
}
