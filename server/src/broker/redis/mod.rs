//! The broker that many nodes share through one Redis.
//!
//! A log is a stream, a publication one script, a delivery one message of
//! Redis pub/sub. Pub/sub may lose; the stream is the truth, and
//! [`Delivery::Interrupted`](super::Delivery::Interrupted) says when to compare.
//!
//! `sharded` switches all of pub/sub to its sharded kind. On a single Redis
//! both work alike. In a Redis Cluster it is not enough yet: each connection
//! here goes to one address, and a cluster wants one for each of its nodes.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use protocol::Position;
use redis::{Cmd, Script};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;
use tracing::warn;

use self::ears::Ears;
use self::health::Health;
use self::link::ANSWER_WITHIN;
use self::log::{Part, Reader};
use self::subscriptions::{Broken, Request, Subscriptions};
use super::queue::Queue;
use super::{Append, Appended, Broker, BrokerError, Deliveries, Head, Passing, Publication, Replay, random_epoch};
use crate::channel::Channel;

mod ears;
pub mod envelope;
mod health;
pub mod keys;
pub mod link;
pub(crate) mod log;
mod subscriptions;
mod version;

pub use self::link::Link;

/// A resend is recognised for so long, in seconds.
const REMEMBER_ONCE: u64 = 24 * 60 * 60;
/// A subscription waits so long for the link; after that the caller is told.
const SUBSCRIBE_WITHIN: Duration = Duration::from_secs(3);
/// Wishes that wait for the subscription link at most; further callers wait.
const WISHES_WAITING: usize = 1024;

/// What an operator may choose.
#[derive(Clone, Debug)]
pub struct Options {
    /// Publications kept for each channel; some more may be there for a while.
    pub log_length: u64,
    /// Whether to use sharded pub/sub.
    pub sharded: bool,
    /// The node's name.
    pub node: String,
}

/// Connects to the Redis at `url`. One that is not there yet is no error: it is
/// tried until it is, and [`Broker::ready`] says no.
///
/// # Errors
/// What cannot get better by waiting: an address that is none, a Redis too old.
pub async fn connect(url: &str, options: Options) -> Result<(Arc<RedisBroker>, Deliveries), BrokerError> {
    let link = Link::open(url, options.sharded)?;
    let health = Arc::new(Health::default());
    let (queue, deliveries) = Queue::new();
    let probe = format!("hubbub:probe:{}:{}", options.node, random_epoch());
    let ears = Arc::new(Ears { queue, health: Arc::clone(&health), probe: probe.clone() });
    let (wishes, requests) = mpsc::channel(WISHES_WAITING);
    let (first, first_attempt) = oneshot::channel();
    let subscriptions = Subscriptions::new(link.clone(), ears, requests).run(first);
    let broker = RedisBroker {
        reader: Reader::new(link.clone()),
        publish: Script::new(include_str!("publish.lua")),
        wishes,
        options,
        _tasks: [
            AbortOnDropHandle::new(tokio::spawn(subscriptions)),
            AbortOnDropHandle::new(tokio::spawn(health::probe(link.clone(), Arc::clone(&health), probe))),
        ],
        health,
        link,
    };
    match timeout(ANSWER_WITHIN, first_attempt).await {
        Ok(Ok(Ok(()))) => {}
        Ok(Ok(Err(Broken::Version(old)))) => return Err(BrokerError::Unavailable(old.to_string())),
        _ => warn!("Redis is not there yet; this node is not ready until it is"),
    }
    Ok((Arc::new(broker), deliveries))
}

/// The broker that many nodes share.
pub struct RedisBroker {
    link: Link,
    reader: Reader,
    publish: Script,
    wishes: mpsc::Sender<Request>,
    health: Arc<Health>,
    options: Options,
    _tasks: [AbortOnDropHandle<()>; 2],
}

impl RedisBroker {
    /// The connection for commands, for others that keep something in the same Redis.
    pub fn link(&self) -> Link {
        self.link.clone()
    }

    async fn wish(&self, channel: &Channel, wanted: bool) -> Result<(), BrokerError> {
        let (done, confirmed) = oneshot::channel();
        let request = Request { name: keys::deliveries(channel), wanted, done };
        let asked = async {
            self.wishes.send(request).await.ok()?;
            confirmed.await.ok()
        };
        match timeout(SUBSCRIBE_WITHIN, asked).await {
            Ok(Some(())) => Ok(()),
            _ => Err(BrokerError::Unavailable("the subscription link to Redis is down".into())),
        }
    }
}

#[async_trait]
impl Broker for RedisBroker {
    async fn subscribe(&self, channel: &Channel) -> Result<(), BrokerError> {
        self.wish(channel, true).await
    }

    async fn unsubscribe(&self, channel: &Channel) {
        if let Err(error) = self.wish(channel, false).await {
            warn!(%channel, "a subscription could not be ended: {error}");
        }
    }

    async fn publish(&self, append: Append) -> Result<Appended, BrokerError> {
        let Append { channel, once, head, tail } = &append;
        let mut call = self.publish.prepare_invoke();
        call.key(keys::meta(channel)).key(keys::log(channel)).key(keys::deliveries(channel));
        call.arg(head).arg(tail).arg(random_epoch().as_str()).arg(self.options.log_length);
        call.arg(self.link.publish_command());
        if let Some(once) = once {
            call.key(keys::once(channel, &once.key)).arg(&once.digest).arg(REMEMBER_ONCE);
        }
        let appended: Option<(String, u64, bool)> = self.link.invoke(&call).await?;
        let (epoch, offset, repeated) = appended.ok_or(BrokerError::Conflict)?;
        Ok(Appended { position: log::position(&epoch, offset)?, repeated })
    }

    async fn announce(&self, channel: &Channel, passing: Passing) -> Result<(), BrokerError> {
        let mut command = Cmd::new();
        command.arg(self.link.publish_command()).arg(keys::deliveries(channel)).arg(envelope::encode(&passing));
        self.link.run(&command).await
    }

    async fn replay(&self, channel: &Channel, since: &Position, limit: usize) -> Result<Replay, BrokerError> {
        Ok(all_or_nothing(self.reader.read(channel, Part::After(since.offset, limit)).await?, since))
    }

    async fn catch_up(&self, channel: &Channel, seen: &Head, limit: usize) -> Result<Replay, BrokerError> {
        let seen = &seen.position;
        Ok(all_or_nothing(self.reader.catch_up(channel, seen, limit).await?, seen))
    }

    async fn top(&self, channel: &Channel) -> Result<Head, BrokerError> {
        let (position, mut last) = self.reader.read(channel, Part::Before(None, 1)).await?;
        let frame = last.pop().filter(|last| last.offset == position.offset).map(|last| last.frame);
        Ok(Head { position, frame })
    }

    async fn entry(&self, channel: &Channel, offset: u64) -> Result<Option<Publication>, BrokerError> {
        let (_, mut found) = self.reader.read(channel, Part::At(offset)).await?;
        Ok(found.pop())
    }

    async fn ready(&self) -> Result<(), BrokerError> {
        self.health.check()
    }
}

fn all_or_nothing((top, publications): (Position, Vec<Publication>), since: &Position) -> Replay {
    let missed = top.offset.checked_sub(since.offset).filter(|_| top.epoch == since.epoch);
    // Fewer than were missed: they are more than the limit, or the log has been trimmed.
    match missed == Some(publications.len() as u64) {
        true => Replay::All { publications, top },
        false => Replay::Unknown { top },
    }
}
