//! The subscriptions that a node should have at one Redis.
//!
//! A set and not a queue: however long Redis is away and however often people come and go meanwhile, it holds
//! no more than what is wanted and what has changed.

use std::collections::HashSet;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

/// The desired subscriptions of one shard.
pub(super) struct Desired {
    state: Mutex<State>,
    changed: Notify,
    done: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    wanted: HashSet<String>,
    /// Names whose state changed since the last [`Desired::take_changed`].
    changed: HashSet<String>,
    /// The number of the last change.
    latest: u64,
    /// The number of the last change that moved a subscription here from another shard.
    moved: u64,
}

/// Subscriptions to begin and to end, in one write.
pub(super) struct Change {
    pub(super) come: Vec<String>,
    pub(super) go: Vec<String>,
    /// Some were subscribed at another shard before, so deliveries may have been lost in between.
    pub(super) has_moved_here: bool,
    latest: u64,
}

/// Waits until a change is confirmed by Redis.
pub(super) struct SubscriptionAck {
    done: watch::Receiver<u64>,
    number: u64,
}

impl Desired {
    pub(super) fn new() -> Self {
        Self { state: Mutex::default(), changed: Notify::new(), done: watch::Sender::new(0) }
    }

    /// Notes that `name` shall be subscribed, or no longer.
    pub(super) fn set_wanted(&self, name: String, is_wanted: bool) -> SubscriptionAck {
        let mut state = self.state();
        match is_wanted {
            true => state.wanted.insert(name.clone()),
            false => state.wanted.remove(&name),
        };
        state.changed.insert(name);
        state.latest += 1;
        let number = state.latest;
        drop(state);
        self.changed.notify_one();
        SubscriptionAck { done: self.done.subscribe(), number }
    }

    /// Notes a subscription that was at another Redis until now.
    pub(super) fn move_here(&self, name: String) {
        let number = self.set_wanted(name, true).number;
        self.state().moved = number;
    }

    /// All names that shall be subscribed.
    pub(super) fn wanted(&self) -> Vec<String> {
        self.state().wanted.iter().cloned().collect()
    }

    /// Waits for a change after the last [`Desired::take_changed`].
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// What has changed since the last call.
    pub(super) fn take_changed(&self) -> Change {
        let mut state = self.state();
        let changed = mem::take(&mut state.changed);
        let (come, go) = changed.into_iter().partition(|name| state.wanted.contains(name));
        self.change(&state, come, go)
    }

    /// All subscriptions, for a new connection, which has none.
    pub(super) fn take_all(&self) -> Change {
        let mut state = self.state();
        state.changed.clear();
        let come = state.wanted.iter().cloned().collect();
        self.change(&state, come, Vec::new())
    }

    /// Tells the waiting callers that Redis has confirmed a change.
    pub(super) fn acknowledge(&self, change: &Change) {
        self.done.send_replace(change.latest);
    }

    fn change(&self, state: &State, come: Vec<String>, go: Vec<String>) -> Change {
        Change { come, go, has_moved_here: state.moved > *self.done.borrow(), latest: state.latest }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SubscriptionAck {
    /// Waits for the confirmation; `None` when the shard was dropped.
    pub(super) async fn wait(mut self) -> Option<()> {
        self.done.wait_for(|done| *done >= self.number).await.ok().map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_what_was_wished_last_is_done() {
        let desired = Desired::new();
        drop(desired.set_wanted("a".into(), true));
        drop(desired.set_wanted("a".into(), false));
        let last = desired.set_wanted("b".into(), true);
        desired.changed().await;
        let change = desired.take_changed();
        assert_eq!((change.come.as_slice(), change.go.as_slice()), (["b".into()].as_slice(), ["a".into()].as_slice()));
        desired.acknowledge(&change);
        last.wait().await.unwrap();
        assert_eq!(desired.take_all().come, ["b"]);
        assert!(desired.take_changed().come.is_empty());
    }

    #[test]
    fn that_a_channel_came_from_elsewhere_is_said_until_it_is_heard() {
        let desired = Desired::new();
        desired.move_here("a".into());
        assert!(desired.take_changed().has_moved_here);
        let all = desired.take_all();
        assert!(all.has_moved_here, "the first try broke off");
        desired.acknowledge(&all);
        assert!(!desired.take_all().has_moved_here);
    }
}
