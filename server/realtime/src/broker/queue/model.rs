//! Models of the queue: the real one, with one slot beside the reserved one. What happens inside of tokio's
//! channel is not modelled.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use loom::thread;
use protocol::{Epoch, Position, RoomId};

use super::*;
use crate::channel::Channel;
use crate::sync::AtomicU64;
use crate::sync::model::{block_on, check};

/// What a reader of the queue knows: the publications that it received, and when it reads `Interrupted`, all that the
/// log has at that moment.
#[derive(Default)]
struct Reader {
    known: u64,
}

impl Reader {
    fn take(&mut self, delivery: Delivery, log: &AtomicU64) {
        match delivery {
            Delivery::Publication { position, .. } => self.known |= position.offset,
            Delivery::Interrupted => self.known |= log.load(Ordering::Acquire),
            Delivery::Ephemeral { .. } => unreachable!(),
        }
    }
}

/// Two tasks append to a log and queue what they appended, more than there is room for, while a third reads. It comes
/// to know all: what was dropped at the full queue was in the log when an `Interrupted` behind it was read.
pub fn what_is_dropped_is_followed_by_interrupted() {
    check(|| {
        let (queue, mut deliveries) = Queue::with_capacity(1);
        let (queue, log) = (Arc::new(queue), Arc::new(AtomicU64::new(0)));
        // One bit is one publication.
        let senders = [&[1, 2, 4][..], &[8, 16]].map(|publications| {
            let (queue, log) = (queue.clone(), log.clone());
            thread::spawn(move || {
                for one in publications.iter().copied() {
                    log.fetch_or(one, Ordering::AcqRel);
                    queue.send(publication(one));
                }
            })
        });
        drop(queue);
        let (mut reader, mut waiting) = (Reader::default(), Vec::new());
        // The channel ends when the senders have. Reading it all may take fewer calls than there were sends.
        while block_on(deliveries.recv_many(&mut waiting, 2)) > 0 {
            waiting.drain(..).for_each(|delivery| reader.take(delivery, &log));
        }
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        assert_eq!(reader.known, 31, "publications that the reader knows");
    });
}

fn publication(offset: u64) -> Delivery {
    let channel = Channel::Room(RoomId::parse("room1").unwrap());
    let position = Position { epoch: Epoch::parse("e").unwrap(), offset };
    Delivery::Publication { channel, position, header: None, frame: "frame".into() }
}
