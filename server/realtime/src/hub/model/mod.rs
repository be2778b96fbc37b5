//! Models of the hub: how it repairs itself, and how listeners come and go meanwhile. Everything but the log is the
//! real one; the rounds that check quiet channels do not run, so a loss is repaired by what they model or not at all.
//!
//! Frames are numbers. A listener's first frame is `hello` with the position.

use std::sync::Arc;

use loom::thread;
use protocol::RoomId;

use self::log::{Log, at};
use super::*;
use crate::sync::model::{block_on, check};

mod log;

/// A hub with one channel and its log.
struct World {
    hub: Hub,
    log: Arc<Log>,
    channel: Channel,
}

impl World {
    fn new() -> Arc<Self> {
        let log = Arc::new(Log::default());
        let control_frames = ControlFrames {
            renamed: |_, _| "renamed".into(),
            availability: |_, _| "availability".into(),
            is_whole: |_| true,
            erases: |_| false,
        };
        let hub = Hub { inner: Arc::new(Inner::new(log.clone(), control_frames)) };
        Arc::new(Self { hub, log, channel: Channel::Room(RoomId::parse("room1").unwrap()) })
    }

    /// Comes as a listener that has seen nothing, as a connection's task does.
    fn join(&self) -> (SubscriptionId, Arc<Outbox>) {
        self.join_since(None)
    }

    /// The same, of somebody who has seen the log up to `since`.
    fn join_since(&self, since: Option<Position>) -> (SubscriptionId, Arc<Outbox>) {
        let outbox = Arc::new(Outbox::stuck(1 << 10));
        let subscription = self.hub.register(&self.channel, outbox.clone());
        block_on(async {
            self.hub.open(&self.channel).await.unwrap();
            let hello = |position: &Position, _: bool, _: &[Utf8Bytes]| format!("hello {}", position.offset);
            self.hub.activate(&self.channel, subscription, since, hello).await.unwrap();
        });
        (subscription, outbox)
    }

    /// Comes like that in another task, beside what goes on.
    fn comes_meanwhile(self: &Arc<Self>, since: Option<Position>) -> thread::JoinHandle<Arc<Outbox>> {
        let world = self.clone();
        thread::spawn(move || world.join_since(since).1)
    }

    /// Delivers a publication, when this node is subscribed.
    fn deliver(&self, appended: Option<Position>) {
        if let Some(position) = appended {
            let frame = position.offset.to_string();
            self.hub.batch().publication(&self.channel, &position, frame.into());
        }
    }

    /// Waits until no task of the hub runs any more.
    fn settle(&self) {
        block_on(self.hub.inner.tasks.wait());
    }
}

/// Asserts that a listener got all up to `top` that came after its first frame, once and in order.
fn has_everything(outbox: &Outbox, top: u64) {
    let (frames, closing) = outbox.take();
    assert_eq!(closing, None);
    let first: u64 = frames[0].strip_prefix("hello ").unwrap().parse().unwrap();
    let expected: Vec<_> = (first + 1..=top).map(|offset| offset.to_string()).collect();
    assert_eq!(frames[1..], expected, "after {}", frames[0]);
}

/// Publications come from two threads in any order, the last one is lost, and the node learns that something was. The
/// listener has everything once and in order.
pub fn every_listener_has_everything_once_and_in_order() {
    check(|| {
        let world = World::new();
        let (_, outbox) = world.join();
        let [first, second, third] = [(); 3].map(|()| world.log.append());
        let other = thread::spawn({
            let world = world.clone();
            move || world.deliver(second)
        });
        world.deliver(first);
        world.deliver(third);
        world.log.append();
        world.hub.interrupted();
        other.join().unwrap();
        world.settle();
        has_everything(&outbox, 4);
    });
}

/// A publication is lost, the next one shows the gap, and somebody comes while it is repaired. Both listeners have
/// everything once and in order.
pub fn whoever_comes_during_a_repair_misses_nothing() {
    check(|| {
        let world = World::new();
        let (_, outbox) = world.join();
        let other = world.comes_meanwhile(None);
        world.log.append();
        world.deliver(world.log.append());
        let newcomer = other.join().unwrap();
        world.settle();
        has_everything(&outbox, 2);
        has_everything(&newcomer, 2);
    });
}

/// Publications come while the first listener joins, and one of them is lost. The listener has everything
/// once and in order.
pub fn what_is_lost_while_a_channel_opens_is_read_from_its_log() {
    check(|| {
        let world = World::new();
        let other = world.comes_meanwhile(None);
        world.log.append();
        world.deliver(world.log.append());
        let newcomer = other.join().unwrap();
        world.settle();
        has_everything(&newcomer, 2);
    });
}

/// The log cannot be read at first, and publications go on meanwhile. The listener has everything in the end.
pub fn a_repair_that_fails_is_tried_again() {
    check(|| {
        let world = World::new();
        let (_, outbox) = world.join();
        world.log.fail_once();
        world.log.append();
        world.deliver(world.log.append());
        world.deliver(world.log.append());
        world.log.append();
        world.hub.interrupted();
        world.settle();
        has_everything(&outbox, 4);
    });
}

/// Somebody comes back who missed more than the node has in memory, and something is published while the log is read.
/// They have everything once and in order.
pub fn whoever_comes_back_while_something_is_published_misses_nothing() {
    check(|| {
        let world = World::new();
        (0..2).for_each(|_| drop(world.log.append()));
        let other = world.comes_meanwhile(Some(at(0)));
        world.deliver(world.log.append());
        let listener = other.join().unwrap();
        world.settle();
        has_everything(&listener, 3);
    });
}

/// The last listener has left and its channel is given up, while another one comes and something is published. The
/// newcomer has everything, and the channel stays.
pub fn whoever_comes_when_a_channel_is_given_up_is_not_forgotten() {
    check(|| {
        let world = World::new();
        let (subscription, _) = world.join();
        world.hub.leave(&world.channel, subscription);
        let other = world.comes_meanwhile(None);
        world.deliver(world.log.append());
        let newcomer = other.join().unwrap();
        world.settle();
        world.deliver(world.log.append());
        has_everything(&newcomer, 2);
        assert_eq!(world.hub.listeners(), 1);
    });
}

/// The same, when listeners left twice, so that the channel is given up by two tasks: by the time of the second, the
/// name may have another state.
pub fn whoever_comes_when_a_channel_is_given_up_twice_is_not_forgotten() {
    check(|| {
        let world = World::new();
        for _ in 0..2 {
            let (subscription, _) = world.join();
            world.hub.leave(&world.channel, subscription);
        }
        let (_, newcomer) = world.join();
        world.settle();
        world.deliver(world.log.append());
        has_everything(&newcomer, 1);
        assert_eq!(world.hub.listeners(), 1);
    });
}
