//! Reads publications from the log that deliveries missed.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use protocol::Position;
use storage::StorageError;
use tracing::{info, warn};

use super::channel::ChannelState;
use super::fanout::FollowUp;
use super::inner::{Inner, read};
use crate::broker::{Head, ReadLimit, Replay};
use crate::sync::sleep;

/// How often quiet channels are checked.
const ROUND: Duration = Duration::from_secs(5);
/// After so many rounds (40 s) without confirmation of its position a channel is compared with its log: a
/// lost delivery in a quiet room would otherwise never be noticed.
const QUIET: u32 = 8;
/// The most that a repair reads; after a larger loss every client resyncs.
const REPAIR_AT_MOST: ReadLimit = ReadLimit { publications: 5_000, bytes: 16 * 1024 * 1024 };
/// The wait between tries while the log cannot be read.
const RETRY: Duration = Duration::from_millis(500);
/// The same where the log as a whole is damaged, as its epoch or the file: an operator may repair it meanwhile, and
/// then this node goes on without a restart. An entry that is damaged is not waited for, see [`catch_up`].
const DAMAGED_AGAIN: Duration = Duration::from_secs(60);

/// Checks quiet channels until the hub stops.
pub(super) async fn watch(hub: Arc<Inner>) {
    loop {
        tokio::select! {
            () = sleep(ROUND) => {}
            () = hub.stop.cancelled() => return,
        }
        let quiet: Vec<_> = read(&hub.channels).values().filter(|state| state.is_quiet_for(QUIET)).cloned().collect();
        // One after the other: a thousand checks at once would load the broker.
        for state in quiet {
            if !state.fanout().is_empty() && state.repairs.fetch_add(1, Ordering::AcqRel) == 0 {
                let mut repair = Box::pin(repair(hub.clone(), state));
                tokio::select! {
                    () = &mut repair => {}
                    // One that cannot be read must not hold up the others.
                    () = sleep(ROUND) => {
                        hub.tasks.spawn(repair);
                    }
                }
            }
        }
    }
}

/// Begins a repair if that is what follows, unless one is running; that one reads once more.
pub(super) fn react(hub: &Arc<Inner>, state: &Arc<ChannelState>, after: FollowUp) {
    if after == FollowUp::Repair && !hub.tasks.is_closed() && state.repairs.fetch_add(1, Ordering::AcqRel) == 0 {
        hub.tasks.spawn(repair(hub.clone(), state.clone()));
    }
}

/// Compares a channel with its log until nothing is missing. A repair that is asked for while one runs makes
/// it read once more.
pub(super) async fn repair(hub: Arc<Inner>, state: Arc<ChannelState>) {
    loop {
        let mut wait = RETRY;
        let asked = state.repairs.load(Ordering::Acquire);
        let seen = {
            let fanout = state.fanout();
            fanout.head().filter(|_| !fanout.is_empty())
        };
        let repaired = match &seen {
            None => Ok(FollowUp::Nothing),
            Some(seen) => catch_up(&hub, &state, seen).await,
        };
        match repaired {
            Ok(FollowUp::Nothing) => {
                state.touch();
                if state.repairs.compare_exchange(asked, 0, Ordering::AcqRel, Ordering::Acquire).is_ok() {
                    return;
                }
                continue;
            }
            Ok(FollowUp::Repair) => {}
            Err(error) => {
                warn!(channel = %state.channel, "cannot compare a channel with its log: {error}");
                if !error.is_temporary() {
                    wait = DAMAGED_AGAIN;
                }
            }
        }
        tokio::select! {
            () = sleep(wait) => {}
            () = hub.stop.cancelled() => return,
        }
    }
}

async fn catch_up(hub: &Inner, state: &ChannelState, seen: &Head) -> Result<FollowUp, StorageError> {
    let (frames, top) = match hub.broker.catch_up(&state.channel, seen, REPAIR_AT_MOST).await? {
        // A publication that is damaged is not read again: the node goes on behind it.
        Replay::All { publications, top } => (hub.frames(&state.channel, publications).ok(), top),
        Replay::Unknown { top } => (None, top),
    };
    let mut fanout = state.fanout();
    let Some(frames) = frames else {
        // Deliveries may have moved this node on while the log was read.
        if fanout.last() == Some(&seen.position) {
            info!(channel = %state.channel, "the log cannot tell what is missing; its listeners read anew");
            fanout.resync(top);
        }
        return Ok(FollowUp::Nothing);
    };
    let mut after = FollowUp::Nothing;
    if top.epoch != seen.position.epoch {
        info!(channel = %state.channel, "the log goes on under another epoch");
        let position = Position { epoch: top.epoch.clone(), offset: seen.position.offset };
        let frame = (hub.control_frames.renamed)(&state.channel, &position);
        after = fanout.rename(&seen.position, top.epoch.clone(), &frame);
        if after == FollowUp::Repair {
            return Ok(after);
        }
    }
    // All of them, so the first is the one after `seen`.
    for (frame, number) in frames.into_iter().zip(1..) {
        let position = Position { epoch: top.epoch.clone(), offset: seen.position.offset + number };
        after = fanout.receive(&position, frame);
    }
    Ok(after)
}
