//! Above which offset a log goes on that Redis lost, or whose end it lost.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use storage::{StorageError, clock};
use tokio::time::timeout;
use tracing::warn;

use crate::channel::Channel;
use crate::coalesce::Coalesce;

/// How long the archive is waited for before a log goes on without it.
const ASK_WITHIN: Duration = Duration::from_secs(1);
/// What a node says that has not asked the archive.
const NOT_ASKED: &str = "";
/// What it says of logs that are in no archive.
const NOTHING: &str = "0";

/// Where logs of rooms are stored for good.
#[async_trait]
pub trait Archive: Debug + Send + Sync {
    /// The highest offset that it has of a channel's log; 0 for none.
    async fn top(&self, channel: &Channel) -> Result<u64, StorageError>;
}

/// Above which offset a log goes on that Redis lost, or whose end it lost: an offset that the archive has must
/// never mean something else.
#[derive(Clone)]
pub(crate) struct Floors {
    archive: Option<Arc<dyn Archive>>,
    /// After a restart of Redis everybody in a room asks at once.
    asking: Arc<Coalesce<Channel, String>>,
}

/// The floor that a node has asked for, for one run of Redis: another one may have lost more.
#[derive(Default)]
pub(super) struct Asked {
    run: String,
    floor: String,
}

impl Asked {
    /// What to say of the floor to a Redis in this run.
    pub(super) fn under<'a>(&'a self, run: &str, unasked: &'a str) -> &'a str {
        if self.floor.is_empty() || self.run != run { unasked } else { &self.floor }
    }
}

impl Floors {
    /// The floors of a deployment's logs; without an archive each begins at 0.
    pub(crate) fn new(archive: Option<Arc<dyn Archive>>) -> Self {
        Self { archive, asking: Arc::default() }
    }

    /// What a script is told at first: most logs are there, and need no floor.
    pub(crate) fn unasked(&self, channel: &Channel) -> &'static str {
        if self.archive.is_some() && channel.lasts() { NOT_ASKED } else { NOTHING }
    }

    /// The floor of a log. While the archive cannot be reached it is the time in milliseconds: no room has had as many
    /// messages, so it is above whatever the archive has, and people can go on talking.
    pub(super) async fn ask(&self, channel: &Channel, run: &str) -> Asked {
        let floor = match &self.archive {
            Some(archive) => self.asking.get(channel.clone(), ask(&**archive, channel)).await,
            None => NOTHING.into(),
        };
        Asked { run: run.to_owned(), floor }
    }
}

async fn ask(archive: &dyn Archive, channel: &Channel) -> String {
    match timeout(ASK_WITHIN, archive.top(channel)).await {
        Ok(Ok(top)) => top.to_string(),
        Ok(Err(error)) => above_everything(channel, &error.to_string()),
        Err(_) => above_everything(channel, "it does not answer"),
    }
}

fn above_everything(channel: &Channel, why: &str) -> String {
    warn!(%channel, "the archive cannot be asked where a log goes on, so that leaves many numbers out: {why}");
    clock::now_ms().to_string()
}
