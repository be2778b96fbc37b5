//! What posting a message costs, up to the log and in it: `.ci/bench --parts`.
//!
//! What decoding and encoding one frame costs is in `app/protocol/benches/wire.rs`.

// Nothing can be reached from outside a benchmark; `pub` only says what modules offer each other.
#![allow(unreachable_pub)]

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use futures::FutureExt as _;
use futures::future::join_all;
use protocol::{MessageId, wire};
use realtime::broker::redis::{self, RedisBroker, RedisBrokerOptions, envelope};
use realtime::broker::{Append, Broker, Deliveries, IdempotencyKey};
use realtime::channel::Channel;
use realtime::event::{Event, EventHeader};
use realtime::peers::Peers;
use server::chat::{Chat, Draft};
use server::quota::{Addition, Counters, QuotaLimits, Quotas, Stored};
use storage::StorageError;
use storage::redis::Keyspace;
use tokio::runtime::{Builder, Runtime};

#[path = "../tests/server/redis_server.rs"]
#[expect(dead_code, reason = "the tests do more with it")]
mod redis_server;
mod stage;

use redis_server::RedisServer;
use stage::{Nothing, gardener, room};

/// Characters of a usual message, and of the longest one.
const LENGTHS: [usize; 2] = [128, 4_000];
/// Nodes with somebody in the room.
const NODES: [usize; 3] = [0, 1, 2];
/// Messages that are in flight together.
const TOGETHER: usize = 64;

/// Redis' own figures, printed after the table.
static REPORTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn main() {
    divan::main();
    REPORTS.lock().unwrap().iter().for_each(|report| println!("{report}"));
}

/// Counters that count nothing.
struct Uncounted;

#[async_trait]
impl Counters for Uncounted {
    async fn add(&self, _: Vec<Addition>) -> Result<Option<usize>, StorageError> {
        Ok(None)
    }

    async fn stored(&self) -> Result<Stored, StorageError> {
        Ok(Stored::default())
    }
}

/// The check, the encoding with a gap for the offset, and the digest.
#[divan::bench(args = LENGTHS)]
fn a_message_up_to_the_log(bencher: Bencher<'_, '_>, length: usize) {
    let quotas = Arc::new(Quotas::new(Arc::new(Uncounted), QuotaLimits::OFF));
    let chat =
        Chat::new((Arc::new(Nothing), Arc::new(Nothing)), Box::new(|_| Box::pin(async { Ok(true) })), quotas, 4_000);
    let (room, author, text) = (room(), gardener(), "x".repeat(length));
    let id = MessageId::parse("c1-7").expect("it is well formed");
    bencher.bench_local(|| {
        chat.post(&room, &author, Draft { id: &id, text: black_box(&text), reply_to: None }).now_or_never().is_some()
    });
}

/// From the bytes of Redis' pub/sub to a delivery; nothing is copied.
#[divan::bench(args = LENGTHS)]
fn a_delivery_is_read(bencher: Bencher<'_, '_>, length: usize) {
    let append = message(0, length);
    let Event { header, frame } = &append.event;
    let (header, frame) = (header.as_bytes(), frame.fill(1_234_567));
    let bytes = Bytes::from([b"eAbCdEfGhIjKlMnOp 1234567 ", header, frame.as_bytes()].concat());
    bencher.bench(|| envelope::decode(append.channel.clone(), black_box(&bytes).clone()));
}

/// One round trip to Redis at a time.
#[divan::bench(args = NODES, sample_size = 16, max_time = 2)]
fn redis_one_message(bencher: Bencher<'_, '_>, nodes: usize) {
    let log = Log::with(nodes);
    bencher.bench_local(|| log.runtime.block_on(log.broker.publish(log.next())).expect("Redis runs"));
    log.tell("one", nodes);
}

/// As under load: messages in flight together share system calls.
#[divan::bench(args = NODES, sample_size = 1, sample_count = 300, max_time = 2)]
fn redis_64_messages(bencher: Bencher<'_, '_>, nodes: usize) {
    let log = Log::with(nodes);
    bencher.counter(ItemsCount::new(TOGETHER)).bench_local(|| {
        let all = log.runtime.block_on(join_all((0..TOGETHER).map(|_| log.broker.publish(log.next()))));
        assert!(all.iter().all(Result::is_ok), "Redis runs");
    });
    log.tell("64", nodes);
}

/// A Redis, a broker that publishes, and the brokers of nodes with listeners.
struct Log {
    server: Arc<RedisServer>,
    broker: Arc<RedisBroker>,
    published: AtomicU64,
    _nodes: Vec<Arc<RedisBroker>>,
    /// The last to be dropped.
    runtime: Runtime,
}

impl Log {
    fn with(nodes: usize) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let server = RedisServer::start();
        let (broker, _nodes) = runtime.block_on(async {
            let listening = join_all((0..nodes).map(|_| listening(&server))).await;
            let (broker, deliveries) = connected(&server).await;
            drop(tokio::spawn(forget(deliveries)));
            broker.publish(message(0, LENGTHS[0])).await.expect("Redis runs");
            server.command(&["CONFIG", "RESETSTAT"]).await;
            (broker, listening)
        });
        Self { server, broker, published: AtomicU64::new(1), _nodes, runtime }
    }

    fn next(&self) -> Append {
        message(self.published.fetch_add(1, Ordering::Relaxed), LENGTHS[0])
    }

    /// Notes the time that the script takes by Redis' own measurement, without reading and answering.
    fn tell(&self, what: &str, nodes: usize) {
        let stats: String = self.runtime.block_on(self.server.ask(&["INFO", "commandstats"]));
        let script = stats.lines().find_map(|line| line.strip_prefix("cmdstat_evalsha:")).unwrap_or_default();
        let fields: HashMap<_, _> = script.split(',').filter_map(|field| field.split_once('=')).collect();
        if let (Some(calls), Some(us)) = (fields.get("calls"), fields.get("usec_per_call")) {
            let report =
                format!("{nodes} nodes, {what} at a time: Redis says that the script takes {us} µs ({calls} calls)");
            REPORTS.lock().unwrap().push(report);
        }
    }
}

async fn connected(server: &RedisServer) -> (Arc<RedisBroker>, Deliveries) {
    let options = RedisBrokerOptions {
        log: realtime::broker::LogLimits {
            entries: 10_000,
            bytes: 1 << 20,
            retain: None,
            retain_game: std::time::Duration::from_secs(86_400),
        },
        sharded: false,
        node: "bench".into(),
        keyspace: Keyspace::default(),
        peers: Peers::current(),
        archive: None,
    };
    redis::connect(&server.url(), options).await.expect("Redis runs")
}

async fn listening(server: &RedisServer) -> Arc<RedisBroker> {
    let (broker, deliveries) = connected(server).await;
    broker.subscribe(&Channel::Room(room())).await.expect("Redis runs");
    drop(tokio::spawn(forget(deliveries)));
    broker
}

async fn forget(mut deliveries: Deliveries) {
    while deliveries.recv().await.is_some() {}
}

/// A message as the chat appends it.
fn message(number: u64, length: usize) -> Append {
    let (author, id) = (gardener(), MessageId::parse(&format!("c1-{number}")).expect("it is well formed"));
    let template = wire::message_template(&room(), &id, &author, &"x".repeat(length), None, 1_795_305_600_000);
    let once = IdempotencyKey { key: format!("{}/{id}", author.id), digest: "0123456789abcdef0123456789abcdef".into() };
    Append {
        channel: Channel::Room(room()),
        idempotency: Some(once),
        event: Event {
            header: EventHeader::new("posted", 1_795_305_600_000, Some(&id), Some(&author.id)),
            frame: template,
        },
        growth: realtime::broker::Growth::Free,
    }
}
