//! Models of coalescing: the real [`Coalesce`], for three callers that ask the same. What happens inside of tokio's
//! mutex is not modelled.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Waker};

use loom::thread;

use super::*;
use crate::sync::AtomicBool;
use crate::sync::model::{block_on, check, sleep};

/// What the callers ask: a number that each of them raises before it asks.
#[derive(Default)]
struct Source {
    version: AtomicU64,
    is_read: AtomicBool,
}

impl Source {
    /// Reads the number; panics when somebody else does.
    async fn read(&self) -> u64 {
        assert!(!self.is_read.swap(true, Ordering::AcqRel), "two at work at the same time");
        let version = self.version.load(Ordering::Relaxed);
        sleep(std::time::Duration::ZERO).await;
        self.is_read.store(false, Ordering::Release);
        version
    }

    fn raise(&self) -> u64 {
        self.version.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// Of three callers one works at a time, each gets a result whose work began after the call, none hangs, and when all
/// have ended nothing is kept.
pub fn each_caller_gets_what_was_read_after_it_asked() {
    check(|| {
        let (coalesce, source) = (Arc::new(Coalesce::default()), Arc::new(Source::default()));
        let ask = {
            let (coalesce, source) = (coalesce.clone(), source.clone());
            move || {
                let version = source.raise();
                let answer = block_on(coalesce.get("room", source.read()));
                assert!(answer >= version, "the answer is of version {answer}, the question of {version}");
            }
        };
        let others = [thread::spawn(ask.clone()), thread::spawn(ask.clone())];
        ask();
        others.into_iter().for_each(|other| other.join().unwrap());
        assert!(coalesce.lock().is_empty(), "a key is left behind");
    });
}

/// The same when one of the callers gives up, be it at work or waiting.
pub fn whoever_gives_up_holds_up_nobody() {
    check(|| {
        let (coalesce, source) = (Arc::new(Coalesce::default()), Arc::new(Source::default()));
        let gives_up = thread::spawn({
            let coalesce = coalesce.clone();
            move || {
                let call = pin!(coalesce.get("room", std::future::pending()));
                let _ = call.poll(&mut Context::from_waker(Waker::noop()));
            }
        });
        let ask = {
            let (coalesce, source) = (coalesce.clone(), source.clone());
            move || {
                let version = source.raise();
                assert!(block_on(coalesce.get("room", source.read())) >= version);
            }
        };
        let other = thread::spawn(ask.clone());
        ask();
        other.join().unwrap();
        gives_up.join().unwrap();
        assert!(coalesce.lock().is_empty(), "a key is left behind");
    });
}
