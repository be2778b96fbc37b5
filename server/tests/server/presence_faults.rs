//! Which changes of presence clients get when nodes die and Redis goes away.

use std::sync::Arc;
use std::time::Duration;

use ::redis::Cmd;
use protocol::{Member, Name, UserId};
use realtime::broker::redis;
use realtime::broker::{Broker, Deliveries, Delivery, Ephemeral};
use realtime::channel::Channel;
use realtime::notice::Notice;
use realtime::presence::redis::{PresenceOptions, RedisPresence};
use realtime::presence::{Departure, Presence, Settings};
use storage::redis::Router;
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use crate::cluster::{any_channel, redis_options};
use crate::polling::poll_until;
use crate::redis_server::RedisServer;

/// Longer than anything here takes; reached only when something is broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// A node with people on it, and all changes that they were sent.
struct Node {
    channel: Channel,
    presence: Arc<Presence>,
    told: watch::Receiver<Vec<String>>,
    router: Router,
    _broker: Arc<dyn Broker>,
    _listening: AbortOnDropHandle<()>,
}

impl Node {
    async fn start(server: &RedisServer, channel: &Channel, name: &str, lease: Duration) -> Self {
        let (broker, deliveries) = redis::connect(&server.url(), redis_options(10, name)).await.unwrap();
        broker.subscribe(channel).await.unwrap();
        let router = broker.router();
        let store = RedisPresence::new(router.clone(), PresenceOptions { lease, ..PresenceOptions::new(name) });
        let (tell, told) = watch::channel(Vec::new());
        let tell = Box::new(move |_: &Channel, frame: protocol::Presence| {
            let joined = frame.joined.iter().map(|member| format!("+{}", member.name));
            let left = frame.left.iter().map(|user| format!("-{user}"));
            tell.send_modify(|told| told.extend(joined.chain(left)));
        });
        let settings = Settings {
            grace: Duration::from_millis(100),
            renew_every: lease / 10,
            check_every: Duration::from_secs(3600),
            patience: PATIENCE,
            ..Settings::default()
        };
        let presence = Arc::new(Presence::start(Arc::new(store), tell, settings));
        let listening = AbortOnDropHandle::new(tokio::spawn(listen(deliveries, presence.clone())));
        Self { channel: channel.clone(), presence, told, router, _broker: broker, _listening: listening }
    }

    /// Enters the channel; returns the names of its members.
    async fn enter(&self, id: &str) -> Vec<String> {
        let entered = self.presence.enter(&self.channel, &person(id)).await;
        entered.members.into_iter().map(|member| member.name.to_string()).collect()
    }

    /// The names of leases under a key; `away` while Redis is away.
    async fn leases(&self, key: &str) -> Vec<String> {
        self.router.run(&Cmd::zrange(key, 0, -1)).await.unwrap_or_else(|_| vec!["away".into()])
    }

    /// Waits until people were sent so many changes, and returns them.
    async fn told(&mut self, things: usize) -> Vec<String> {
        let told = tokio::time::timeout(PATIENCE, self.told.wait_for(|told| told.len() >= things)).await;
        told.expect("people were not told").unwrap().clone()
    }
}

async fn listen(mut deliveries: Deliveries, presence: Arc<Presence>) {
    while let Some(delivery) = deliveries.recv().await {
        match delivery {
            Delivery::Ephemeral { channel, ephemeral: Ephemeral::Notice(body) } => {
                if let Some(Notice::Presence(change)) = Notice::parse(&channel, body) {
                    presence.on_change(&channel, change);
                }
            }
            Delivery::Interrupted => presence.on_interrupted(),
            _ => {}
        }
    }
}

fn person(id: &str) -> Member {
    Member { id: UserId::parse(id).unwrap(), name: Name::parse(id).unwrap() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_of_a_node_that_died_are_seen_leaving_once() {
    let (server, channel) = (RedisServer::start(), any_channel());
    let lease = Duration::from_secs(1);
    let mut survivors = Vec::new();
    for name in ["a", "b"] {
        survivors.push(Node::start(&server, &channel, name, lease).await);
    }
    survivors[0].enter("ana").await;
    survivors[1].enter("ben").await;
    let dying = Node::start(&server, &channel, "dying", lease).await;
    assert_eq!(dying.enter("cleo").await, ["ana", "ben", "cleo"]);
    dying.enter("ben").await;
    drop(dying);
    assert_eq!(survivors[0].told(3).await, ["+ben", "+cleo", "-cleo"]);
    assert_eq!(survivors[1].told(2).await, ["+cleo", "-cleo"]);
    // Nothing else was on its way.
    survivors[1].enter("dora").await;
    assert_eq!(survivors[0].told(4).await.last().unwrap(), "+dora");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_seen_leaving_while_redis_is_away() {
    let (server, channel) = (RedisServer::start(), any_channel());
    // Both nodes must be back within one lease of each other.
    let lease = Duration::from_secs(3);
    let mut a = Node::start(&server, &channel, "a", lease).await;
    let mut b = Node::start(&server, &channel, "b", lease).await;
    a.enter("ana").await;
    b.enter("ben").await;
    assert_eq!(a.told(1).await, ["+ben"]);
    let leases = a.leases("hubbub:{nodes}").await;
    server.stop();
    // Not a wait for something: this is how long it is away, all leases run out.
    tokio::time::sleep(lease).await;
    while !server.start_again() {}
    // The leases that ran out have been removed, and what was under them.
    let removed = poll_until(PATIENCE, async || {
        let now = [a.leases("hubbub:{nodes}").await, a.leases("hubbub:{nodes}:expired").await];
        let is_so = now[0].len() == 2 && now[1].is_empty() && !leases.iter().any(|old| now[0].contains(old));
        is_so.then_some(())
    });
    removed.await.expect("the leases were never renewed");
    b.enter("cleo").await;
    assert_eq!(a.told(2).await, ["+ben", "+cleo"]);
    a.presence.leave(&channel, &person("ana").id, Departure::Lost);
    assert_eq!(b.told(2).await, ["+cleo", "-ana"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_is_there_again_after_redis_lost_everything() {
    let (server, channel) = (RedisServer::start(), any_channel());
    let a = Node::start(&server, &channel, "a", Duration::from_secs(3)).await;
    let b = Node::start(&server, &channel, "b", Duration::from_secs(3)).await;
    a.enter("ana").await;
    b.enter("ben").await;
    server.command(&["FLUSHALL"]).await;
    let key = format!("hubbub:{{{channel}}}:people");
    let both = async || (b.router.run::<usize>(&Cmd::hlen(&key)).await.unwrap() >= 2).then_some(());
    poll_until(PATIENCE, both).await.expect("somebody was not entered again");
    let c = Node::start(&server, &channel, "c", Duration::from_secs(3)).await;
    assert_eq!(c.enter("cleo").await, ["ana", "ben", "cleo"]);
}
