//! Presence as the rest of this node uses it: people enter and leave with their connections, and clients
//! are told what changes.
//!
//! Calls the store only when a *person* comes to this node or leaves it. A call that fails is repeated later;
//! a room can be read without it.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use protocol::limits::MEMBERS_PER_FRAME;
use protocol::{Member, MembersPage, Name, UserId};
use storage::StorageError;
use tokio::time::timeout;

use super::local_member::Departure;
use super::reconciler::Reconciler;
use super::settings::{PresencePublisher, Settings};
use super::{PresenceStore, Preview};
use crate::channel::Channel;
use crate::notice::PresenceChange;

/// One node's presence. Its tasks end when it is dropped.
pub struct Presence {
    reconciler: Arc<Reconciler>,
    /// Counts renames of persons on this node.
    renames: AtomicU64,
}

impl Presence {
    /// Starts the tasks that renew the node's lease and remove what dead nodes left.
    pub fn start(store: Arc<dyn PresenceStore>, tell: PresencePublisher, settings: Settings) -> Self {
        let reconciler = Arc::new(Reconciler::new(store, tell, settings));
        reconciler.spawn(Reconciler::keep_lease);
        reconciler.spawn(Reconciler::reap);
        Self { reconciler, renames: AtomicU64::new(0) }
    }

    /// Counts one more connection in a channel, whose deliveries must have begun. It counts from this call
    /// on, awaited or not: each needs one [`Self::leave`].
    ///
    /// The future gives the first page of the members, the person among them; as much of it as is known, when
    /// the store does not answer in time.
    pub fn enter(&self, channel: &Channel, member: &Member) -> impl Future<Output = Preview> + Send + use<> {
        let (reconciler, user) = (self.reconciler.clone(), member.id.clone());
        let channel = reconciler.channels.arrive(channel, member);
        let entering = {
            let (channel, user) = (channel.clone(), user.clone());
            reconciler.spawn(|reconciler| async move {
                reconciler.settle(&channel, &user).await;
                reconciler.load(&channel).await;
            })
        };
        async move {
            // A late answer is no failure: the task goes on, and the changes are announced.
            let _ = timeout(reconciler.settings.patience, entering).await;
            channel.lock().page(&user)
        }
    }

    /// Shows the members as `user` is shown them. No frame of this channel goes out while `look` runs, so its
    /// page and the frames after it are complete together. It must not wait, and not call [`Presence`].
    pub fn see<R>(&self, channel: &Channel, user: &UserId, look: impl FnOnce(Preview) -> R) -> R {
        match self.reconciler.channels.known(channel) {
            Some(channel) => {
                let mut local = channel.lock();
                look(local.page(user))
            }
            None => look(Preview::default()),
        }
    }

    /// A page of a channel's members, from the first or after somebody, for people in it and others. Where
    /// this node follows the channel, it is answered from memory; otherwise it costs a page of the store.
    ///
    /// # Errors The store was not reached.
    pub async fn members(&self, channel: &Channel, after: Option<&UserId>) -> Result<MembersPage, StorageError> {
        let known = self.reconciler.channels.known(channel).and_then(|channel| channel.lock().members(after));
        match known {
            Some(page) => Ok(page),
            None => self.reconciler.page(channel, after, MEMBERS_PER_FRAME).await,
        }
    }

    /// The ids of the members with a name that is wanted; `None` where nobody of this node is in the channel, or
    /// the store has not answered yet. Makes no call.
    pub fn members_called(&self, channel: &Channel, is_wanted: impl Fn(&Name) -> bool) -> Option<HashSet<UserId>> {
        self.reconciler.channels.known(channel)?.lock().members_called(is_wanted)
    }

    /// Whether a member has a name that is wanted; `None` as in [`Self::members_called`].
    pub fn is_any_called(&self, channel: &Channel, is_wanted: impl Fn(&Name) -> bool) -> Option<bool> {
        self.reconciler.channels.known(channel)?.lock().is_any_called(is_wanted)
    }

    /// Counts one connection less in a channel; the last one of a person begins a leave or a grace.
    pub fn leave(&self, channel: &Channel, user: &UserId, departure: Departure) {
        let user = user.clone();
        let Some((channel, grace)) = self.reconciler.channels.depart(channel, &user, departure) else { return };
        self.reconciler.spawn(|reconciler| async move {
            if let Some(grace) = grace {
                tokio::time::sleep(reconciler.settings.grace).await;
                channel.lock().end_grace(&user, grace);
            }
            reconciler.settle(&channel, &user).await;
        });
    }

    /// The number of renames so far: while it is unchanged, nobody has another name.
    pub fn renames(&self) -> u64 {
        self.renames.load(Ordering::Acquire)
    }

    /// The current name of somebody in a channel that they are in on this node.
    pub fn name_in(&self, channel: &Channel, user: &UserId) -> Option<Name> {
        self.reconciler.channels.known(channel)?.lock().name_of(user)
    }

    /// Whether a person who enters was absent, or had another name, as far as this node knows. Must be
    /// called before they enter.
    pub fn is_new(&self, channel: &Channel, user: &UserId) -> bool {
        self.reconciler.channels.known(channel).is_none_or(|channel| channel.lock().is_new(user))
    }

    /// Some of the channels that somebody is in on this node, each with its members as they are shown them.
    pub fn previews_of(&self, user: &UserId, is_wanted: fn(&Channel) -> bool) -> Vec<(Channel, Preview)> {
        let channels = self.reconciler.channels.of(user).into_iter().filter(|channel| is_wanted(channel.name()));
        channels.map(|channel| (channel.name().clone(), channel.lock().page(user))).collect()
    }

    /// Renames somebody in every room of this node; returns in how many.
    pub fn rename(&self, member: &Member) -> usize {
        // In a game people are called by their role.
        let channels = self.reconciler.channels.of(&member.id).into_iter();
        let mut rooms = 0;
        for channel in channels.filter(|one| matches!(one.name(), Channel::Room(_))) {
            if channel.lock().rename(member) {
                rooms += 1;
                let user = member.id.clone();
                self.reconciler.spawn(|reconciler| async move { reconciler.settle(&channel, &user).await });
            }
        }
        // Last: a reader that sees the new number finds the new name.
        self.renames.fetch_add(1, Ordering::Release);
        rooms
    }

    /// Takes a change that a node announced on a channel.
    pub fn on_change(&self, channel: &Channel, change: PresenceChange) {
        let Some(channel) = self.reconciler.channels.known(channel) else { return };
        let wants_snapshot = {
            let mut local = channel.lock();
            local.on_change(change);
            self.reconciler.publish_delta(&channel, &mut local);
            local.wants_snapshot()
        };
        if wants_snapshot {
            self.reconciler.spawn(|reconciler| async move { reconciler.load(&channel).await });
        }
    }

    /// Compares every channel with the store, because deliveries may have been
    /// lost; differences are announced.
    pub fn on_interrupted(&self) {
        for channel in self.reconciler.channels.all() {
            channel.lock().roster.doubt();
            self.reconciler.spawn(|reconciler| async move { reconciler.load(&channel).await });
        }
    }

    /// Ends all tasks and removes this node's people.
    ///
    /// # Errors The store was not reached; other nodes remove the entries when the lease runs out.
    pub async fn shutdown(&self) -> Result<(), StorageError> {
        self.reconciler.end().await
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.reconciler.abandon();
    }
}

#[cfg(test)]
mod tests;
