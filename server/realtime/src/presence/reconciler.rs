//! The tasks behind [`super::Presence`]: calls to the store, snapshots, and the lease. The reconciler owns
//! them all and ends them.

use std::sync::Arc;

use futures::future::join_all;
use protocol::{MembersPage, UserId};
use storage::StorageError;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, info, warn};

use super::channels::{Channels, Shared};
use super::local::Local;
use super::local_member::StoreCall;
use super::settings::{PresencePublisher, Settings};
use super::{Lease, PresenceStore};
use crate::channel::Channel;

/// How many calls to the store run at a time, so that entering everybody again leaves room for other traffic.
const CALLS_AT_ONCE: usize = 64;

pub(super) struct Reconciler {
    store: Arc<dyn PresenceStore>,
    pub(super) tell: PresencePublisher,
    pub(super) settings: Settings,
    pub(super) channels: Channels,
    calls: Semaphore,
    tasks: TaskTracker,
    ending: CancellationToken,
}

impl Reconciler {
    pub(super) fn new(store: Arc<dyn PresenceStore>, tell: PresencePublisher, settings: Settings) -> Self {
        Self {
            store,
            tell,
            settings,
            channels: Channels::default(),
            calls: Semaphore::new(CALLS_AT_ONCE),
            tasks: TaskTracker::new(),
            ending: CancellationToken::new(),
        }
    }

    /// Starts a task that ends with this node's presence at the latest.
    pub(super) fn spawn<F>(self: &Arc<Self>, task: impl FnOnce(Arc<Self>) -> F) -> JoinHandle<()>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (task, ending) = (task(self.clone()), self.ending.clone());
        self.tasks.spawn(async move {
            tokio::select! {
                biased;
                () = ending.cancelled() => {}
                () = task => {}
            }
        })
    }

    /// Makes somebody's entry in the store what it should be, and drops the channel with the last of its
    /// people. A failure is repeated by [`Self::keep_lease`].
    pub(super) async fn settle(&self, channel: &Shared, user: &UserId) {
        if self.settle_one(channel, user).await && channel.lock().is_over() {
            // What is not dropped now goes with the lease.
            let _ = self.store.forget(channel.name()).await;
            if let Some(channel) = self.channels.close(channel.name()) {
                let newcomers = channel.lock().doubt_entries();
                join_all(newcomers.iter().map(|user| self.settle_one(&channel, user))).await;
            }
        }
    }

    /// True when the person's entry is as it should be.
    async fn settle_one(&self, channel: &Shared, user: &UserId) -> bool {
        loop {
            let call = channel.lock().next_call(user);
            let Some(call) = call else { return true };
            let outcome = self.call(channel, &call).await;
            channel.lock().called(call, &outcome);
            if let Err(error) = outcome {
                debug!(%error, "somebody's presence is not settled yet");
                return false;
            }
        }
    }

    /// Reads a page of a channel that this node does not follow.
    pub(super) async fn page(
        &self,
        channel: &Channel,
        after: Option<&UserId>,
        most: usize,
    ) -> Result<MembersPage, StorageError> {
        let _permit = self.calls.acquire().await;
        self.store.page(channel, after, most).await
    }

    async fn call(&self, channel: &Shared, call: &StoreCall) -> Result<(), StorageError> {
        let _permit = self.calls.acquire().await;
        match call {
            StoreCall::Enter(member) => self.store.enter(channel.name(), member).await,
            StoreCall::Leave(user) => self.store.leave(channel.name(), user).await,
        }
    }

    /// Reads snapshots until the roster is right or the store fails. Concurrent callers share one read.
    pub(super) async fn load(self: &Arc<Self>, channel: &Arc<Shared>) {
        let mut answered = channel.answered.subscribe();
        let mut is_reached = true;
        while is_reached {
            let ticket = {
                let mut local = channel.lock();
                local.wants_snapshot().then(|| local.roster.ask())
            };
            let Some(ticket) = ticket else { break };
            let outcome = {
                let _permit = self.calls.acquire().await;
                self.store.snapshot(channel.name()).await
            };
            is_reached = outcome.is_ok();
            let unsettled = {
                let mut local = channel.lock();
                match outcome {
                    Ok(snapshot) => {
                        local.answer(ticket, &snapshot);
                        self.publish_delta(channel, &mut local);
                    }
                    Err(error) => {
                        debug!(%error, "a channel's people are not known yet");
                        local.roster.unanswered(ticket);
                    }
                }
                local.unsettled()
            };
            channel.answered.send_replace(());
            if is_reached {
                self.settle_all(channel, unsettled).await;
            }
        }
        let somebody_else_asked = is_reached && channel.lock().waits_for_first();
        if somebody_else_asked {
            // The sender lives as long as the channel; how the read ended does not matter.
            let _ = answered.changed().await;
        }
    }

    /// Announces changes, now or at the end of the pause after the last ones. At most one timer runs for a
    /// channel, and none without need.
    pub(super) fn publish_delta(self: &Arc<Self>, channel: &Arc<Shared>, local: &mut Local) {
        let Some(delta) = local.take_announcement() else { return };
        (self.tell)(channel.name(), delta);
        if local.pauses() {
            let channel = channel.clone();
            self.spawn(|reconciler| async move {
                tokio::time::sleep(reconciler.settings.announce_every).await;
                let mut local = channel.lock();
                local.end_pause();
                reconciler.publish_delta(&channel, &mut local);
            });
        }
    }

    /// Compares a quiet channel with the store, at the same cost however many are in it.
    async fn check(self: &Arc<Self>, channel: &Arc<Shared>) {
        let Some(question) = channel.lock().begin_comparison() else { return };
        let summary = {
            let _permit = self.calls.acquire().await;
            self.store.summary(channel.name()).await
        };
        // Without an answer the next check compares.
        if let Ok(summary) = summary {
            channel.lock().compare(question, summary);
            self.load(channel).await;
        }
    }

    async fn settle_all(&self, channel: &Shared, users: Vec<UserId>) {
        join_all(users.iter().map(|user| self.settle(channel, user))).await;
    }

    /// Renews the node's lease until the task is ended; after each renewal it repeats the calls that failed or
    /// whose result is not certain.
    pub(super) async fn keep_lease(self: Arc<Self>) {
        let checks = self.settings.check_every.div_duration_f64(self.settings.renew_every);
        let checks = (checks as u64).max(1);
        let mut was_reached = true;
        for round in 0_u64.. {
            match self.store.renew().await {
                Ok(lease) => {
                    if !was_reached {
                        info!("presence is reached again");
                    }
                    was_reached = true;
                    self.reenter_if_lost(lease, |channel| round.wrapping_add(channel.phase) % checks == 0);
                }
                Err(error) => {
                    if was_reached {
                        warn!(%error, "presence cannot be reached; who comes and goes is told later");
                    }
                    was_reached = false;
                }
            }
            self.rest().await;
        }
    }

    /// Removes what dead nodes left, again and again. However long that takes, this node's own
    /// lease is renewed meanwhile.
    pub(super) async fn reap(self: Arc<Self>) {
        loop {
            if let Err(error) = self.store.reap().await {
                debug!(%error, "what dead nodes left is removed later");
            }
            self.rest().await;
        }
    }

    /// Waits with jitter, so that the nodes do not all come at once.
    async fn rest(&self) {
        tokio::time::sleep(self.settings.renew_every.mul_f64(rand::random_range(0.8..=1.0))).await;
    }

    fn reenter_if_lost(self: &Arc<Self>, lease: Lease, is_due: impl Fn(&Shared) -> bool) {
        if lease == Lease::Lost {
            warn!("the lease on presence ran out; everybody of this node is entered again");
        }
        for channel in self.channels.all() {
            let is_due = is_due(&channel);
            let (unsettled, wants_snapshot) = {
                let mut local = channel.lock();
                if lease == Lease::Lost {
                    local.doubt_entries();
                    local.roster.doubt();
                }
                local.roster.expect_awaited();
                (local.unsettled(), local.wants_snapshot())
            };
            if is_due || wants_snapshot || !unsettled.is_empty() {
                self.spawn(|reconciler| async move {
                    reconciler.settle_all(&channel, unsettled).await;
                    reconciler.load(&channel).await;
                    if is_due {
                        reconciler.check(&channel).await;
                    }
                });
            }
        }
    }

    /// Ends all tasks, then removes this node's people from the store.
    pub(super) async fn end(&self) -> Result<(), StorageError> {
        self.abandon();
        self.tasks.wait().await;
        self.store.withdraw().await
    }

    /// Ends all tasks and leaves the store alone.
    pub(super) fn abandon(&self) {
        self.ending.cancel();
        self.tasks.close();
    }
}
