//! What a node wants to hear from one Redis.
//!
//! A state and no queue: however long Redis is away and however often people
//! come and go meanwhile, it is no larger than what is wanted or was changed.

use std::collections::HashSet;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

/// The wishes of one shard.
pub(super) struct Desired {
    state: Mutex<State>,
    changed: Notify,
    done: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    wanted: HashSet<String>,
    /// What was wished or given up since somebody looked.
    changed: HashSet<String>,
    /// Counts wishes.
    latest: u64,
    /// The last wish that another shard fulfilled before.
    moved: u64,
}

/// A part of the wishes, to be fulfilled together.
pub(super) struct Change {
    pub(super) come: Vec<String>,
    pub(super) go: Vec<String>,
    /// Some were heard elsewhere before, and something may be lost between.
    pub(super) has_moved_here: bool,
    latest: u64,
}

/// Ends when a wish is fulfilled.
pub(super) struct Fulfilled {
    done: watch::Receiver<u64>,
    number: u64,
}

impl Desired {
    pub(super) fn new() -> Self {
        Self { state: Mutex::default(), changed: Notify::new(), done: watch::Sender::new(0) }
    }

    /// Notes a wish to hear `name`, or to hear it no more.
    pub(super) fn note(&self, name: String, is_wanted: bool) -> Fulfilled {
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
        Fulfilled { done: self.done.subscribe(), number }
    }

    /// Takes over what was heard from another Redis until now.
    pub(super) fn move_here(&self, name: String) {
        let number = self.note(name, true).number;
        self.state().moved = number;
    }

    /// Everything that is wanted.
    pub(super) fn wanted(&self) -> Vec<String> {
        self.state().wanted.iter().cloned().collect()
    }

    /// Returns when something has changed since it was looked at.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// What has changed since the last look.
    pub(super) fn take_changed(&self) -> Change {
        let mut state = self.state();
        let changed = mem::take(&mut state.changed);
        let (come, go) = changed.into_iter().partition(|name| state.wanted.contains(name));
        self.change(&state, come, go)
    }

    /// Everything, for a connection that hears nothing yet.
    pub(super) fn take_all(&self) -> Change {
        let mut state = self.state();
        state.changed.clear();
        let come = state.wanted.iter().cloned().collect();
        self.change(&state, come, Vec::new())
    }

    /// Tells those who wait that a change is done.
    pub(super) fn fulfil(&self, change: &Change) {
        self.done.send_replace(change.latest);
    }

    fn change(&self, state: &State, come: Vec<String>, go: Vec<String>) -> Change {
        Change { come, go, has_moved_here: state.moved > *self.done.borrow(), latest: state.latest }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fulfilled {
    /// Waits for it; `None` when nobody is left to do it.
    pub(super) async fn wait(mut self) -> Option<()> {
        self.done.wait_for(|done| *done >= self.number).await.ok().map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_what_was_wished_last_is_done() {
        let wishes = Desired::new();
        drop(wishes.note("a".into(), true));
        drop(wishes.note("a".into(), false));
        let last = wishes.note("b".into(), true);
        wishes.changed().await;
        let change = wishes.take_changed();
        assert_eq!((change.come.as_slice(), change.go.as_slice()), (["b".into()].as_slice(), ["a".into()].as_slice()));
        wishes.fulfil(&change);
        last.wait().await.unwrap();
        assert_eq!(wishes.take_all().come, ["b"]);
        assert!(wishes.take_changed().come.is_empty());
    }

    #[test]
    fn that_a_channel_came_from_elsewhere_is_said_until_it_is_heard() {
        let wishes = Desired::new();
        wishes.move_here("a".into());
        assert!(wishes.take_changed().has_moved_here);
        let all = wishes.take_all();
        assert!(all.has_moved_here, "the first try broke off");
        wishes.fulfil(&all);
        assert!(!wishes.take_all().has_moved_here);
    }
}
