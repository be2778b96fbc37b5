//! Models of the outbox. The waker and the outbox are the real ones; the socket is made up, and the loop of the
//! connection's task is the essence of that in the server.

use std::sync::Arc;

use loom::thread;

use super::sink::Sink;
use super::*;
use crate::sync::model::{block_on, check};

/// Two tasks wake a third. It is never left asleep after a call, and finds under a lock what was done before the call.
pub fn a_call_is_never_left_without_a_wake() {
    check(|| {
        let (waker, done) = (Arc::new(Waker::default()), Arc::new(Mutex::new(0)));
        for _ in 0..2 {
            let (waker, done) = (waker.clone(), done.clone());
            thread::spawn(move || {
                *done.lock().unwrap() += 1;
                waker.wake();
            });
        }
        while *done.lock().unwrap() < 2 {
            block_on(waker.woken());
        }
    });
}

/// Two tasks send and one asks for a close, while the connection's task works. Nothing is left behind without a wake,
/// frames arrive whole, and those of one task in its order.
pub fn a_send_is_never_left_without_a_wake() {
    check(|| {
        let outbox = Arc::new(Outbox::over(Socket::Model(Sink::default()), 1 << 10));
        let senders = [vec!["aa", "bb"], vec!["cc"]].map(|frames| {
            let outbox = outbox.clone();
            thread::spawn(move || frames.into_iter().for_each(|frame| outbox.send(&frame.into())))
        });
        let Socket::Model(sink) = &outbox.socket else { unreachable!() };
        // A send without a wake leaves this loop asleep, which loom reports as a deadlock.
        while sink.taken().len() < 6 {
            block_on(async {
                outbox.work().await;
                outbox.drain().await.unwrap();
            });
        }
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        let taken = String::from_utf8(sink.taken()).unwrap();
        assert!(["aabbcc", "aaccbb", "ccaabb"].contains(&taken.as_str()), "{taken}");
        assert!(!outbox.is_waiting());
    });
}

/// One task sends more than may wait, and another asks for a close. The connection's task learns of a close, and the
/// frame that had begun is sent whole.
pub fn a_full_outbox_ends_its_connection() {
    check(|| {
        let outbox = Arc::new(Outbox::over(Socket::Model(Sink::default()), 4));
        let sender = thread::spawn({
            let outbox = outbox.clone();
            move || ["aaaa", "bbbb"].into_iter().for_each(|frame| outbox.send(&frame.into()))
        });
        let closer = thread::spawn({
            let outbox = outbox.clone();
            move || outbox.close(CloseCode::Resync)
        });
        while outbox.closing().is_none() {
            block_on(outbox.work());
        }
        sender.join().unwrap();
        closer.join().unwrap();
        block_on(outbox.drain()).unwrap();
        let Socket::Model(sink) = &outbox.socket else { unreachable!() };
        let taken = String::from_utf8(sink.taken()).unwrap();
        assert!(["", "aaaa"].contains(&taken.as_str()), "{taken}");
    });
}
