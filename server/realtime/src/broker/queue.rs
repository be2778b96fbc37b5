//! The queue of deliveries out of a broker: bounded, never blocks, and never loses anything silently.

use std::sync::PoisonError;

use super::{DELIVERIES_WAITING, Deliveries, Delivery};
use crate::sync::Mutex;
use crate::sync::mpsc::{self, OwnedPermit};

/// The sending end of [`Deliveries`].
///
/// One slot is always reserved for [`Delivery::Interrupted`]. A delivery that finds the queue full is dropped
/// and uses that slot; nothing else is queued before a slot is reserved again. So an `Interrupted` follows
/// every loss in the queue, and by the time the hub reads it, the log has what was lost.
pub(super) struct Queue {
    sender: mpsc::Sender<Delivery>,
    reserved_slot: Mutex<Option<OwnedPermit<Delivery>>>,
}

impl Queue {
    /// A queue of [`DELIVERIES_WAITING`](super::DELIVERIES_WAITING) deliveries.
    pub(super) fn new() -> (Self, Deliveries) {
        Self::with_capacity(DELIVERIES_WAITING)
    }

    fn with_capacity(places: usize) -> (Self, Deliveries) {
        let (sender, deliveries) = mpsc::channel(places + 1);
        let reserved_slot = Mutex::new(sender.clone().try_reserve_owned().ok());
        (Self { sender, reserved_slot }, deliveries)
    }

    /// Queues `delivery`, or `Interrupted` in its place when the queue is full.
    pub(super) fn send(&self, delivery: Delivery) {
        let mut reserved_slot = self.reserved_slot.lock().unwrap_or_else(PoisonError::into_inner);
        if reserved_slot.is_none() {
            *reserved_slot = self.sender.clone().try_reserve_owned().ok();
        }
        let dropped = match *reserved_slot {
            Some(_) => self.sender.try_send(delivery).is_err(),
            // The queue is full and ends with `Interrupted`.
            None => return,
        };
        if dropped && let Some(place) = reserved_slot.take() {
            metrics::counter!(crate::metrics::DELIVERIES_INTERRUPTED).increment(1);
            place.send(Delivery::Interrupted);
        }
    }
}

#[cfg(feature = "model")]
pub mod model;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::Ephemeral;
    use crate::channel::Channel;
    use protocol::RoomId;

    fn number(n: u8) -> Delivery {
        let channel = Channel::Room(RoomId::parse("room1").unwrap());
        Delivery::Ephemeral { channel, ephemeral: Ephemeral::Notice(vec![n].into()) }
    }

    fn waiting(deliveries: &mut Deliveries) -> Vec<Delivery> {
        std::iter::from_fn(|| deliveries.try_recv().ok()).collect()
    }

    #[test]
    fn what_does_not_fit_is_told_once_and_at_its_place() {
        let (queue, mut deliveries) = Queue::with_capacity(2);
        (1..=9).for_each(|n| queue.send(number(n)));
        assert_eq!(waiting(&mut deliveries), [number(1), number(2), Delivery::Interrupted]);
        queue.send(number(10));
        assert_eq!(waiting(&mut deliveries), [number(10)]);
    }

    #[test]
    fn what_is_lost_after_the_word_of_it_was_read_is_told_again() {
        let (queue, mut deliveries) = Queue::with_capacity(1);
        queue.send(number(1));
        queue.send(number(2));
        assert_eq!(deliveries.try_recv().unwrap(), number(1));
        queue.send(number(3));
        assert_eq!(waiting(&mut deliveries), [Delivery::Interrupted, Delivery::Interrupted]);
    }
}
