//! What the archive does with a real Redis and PostgreSQL on this machine: `.ci/bench --archive`.
//!
//! Prints how many messages a second it stores, how old they are by then at a load, and how long a page of many messages
//! takes. The messages of the last are made in the database, as many as the first argument says.

// Nothing can be reached from outside a benchmark; `pub` only says what modules offer each other.
#![allow(unreachable_pub)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::join_all;
use protocol::{MessageId, RoomId, wire};
use realtime::broker::redis::{self, RedisBroker, RedisBrokerOptions};
use realtime::broker::{Append, Broker, Growth, IdempotencyKey, LogLimits};
use realtime::channel::Channel;
use realtime::event::{Event, EventHeader};
use realtime::history::History;
use realtime::peers::Peers;
use server::archive::{ArchivedHistory, Archiver, MessageStore};
use storage::clock::now_ms;
use storage::redis::Keyspace;

#[path = "../tests/server/postgres_server.rs"]
#[expect(dead_code, reason = "the tests do more with it")]
mod postgres_server;
#[path = "../tests/server/redis_server.rs"]
#[expect(dead_code, reason = "the tests do more with it")]
mod redis_server;
#[expect(dead_code, reason = "the others do more with it")]
mod stage;

use postgres_server::{PostgresServer, client, open};
use redis_server::RedisServer;
use stage::gardener;

/// Rooms that people talk in.
const ROOMS: usize = 50;
/// Messages that wait when the archive begins.
const WAITING: usize = 100_000;
/// Messages a second while their age is measured, and for how long.
const LOAD: usize = 5_000;
const LOAD_FOR: Duration = Duration::from_secs(10);
/// Messages in one room for the pages, unless an argument says more.
const MANY: i64 = 1_000_000;
/// Messages of a page, and how many pages are read.
const PAGE: usize = 50;
const PAGES: usize = 2_000;

struct Stage {
    _redis: Arc<RedisServer>,
    postgres: Arc<PostgresServer>,
    broker: Arc<RedisBroker>,
    store: MessageStore,
}

#[tokio::main]
async fn main() {
    #[expect(clippy::disallowed_methods, reason = "one number")]
    let many = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(MANY);
    let stage = Stage::build().await;
    stage.throughput().await;
    stage.lag().await;
    stage.pages(many).await;
}

impl Stage {
    async fn build() -> Self {
        let redis = RedisServer::start();
        // As it is installed: what is stored is on the disk.
        let postgres = PostgresServer::start_with(|_| vec!["fsync=on".into(), "shared_buffers=128MB".into()]);
        let store = MessageStore::new(open(&postgres.url("hubbub")).await);
        let day = Duration::from_secs(86_400);
        let options = RedisBrokerOptions {
            log: LogLimits { entries: 10_000, bytes: 8 << 20, retain: None, retain_game: day },
            sharded: false,
            node: "bench".into(),
            keyspace: Keyspace::default(),
            peers: Peers::current(),
            archive: Some(Arc::new(store.clone())),
        };
        let (broker, _) = redis::connect(&redis.url(), options).await.unwrap();
        Self { _redis: redis, postgres, broker, store }
    }

    /// Stores what waits in many logs.
    async fn throughput(&self) {
        self.say(WAITING, "w").await;
        let archiver = self.archiver();
        let began = Instant::now();
        let running = tokio::spawn(archiver.run());
        self.has(WAITING as i64).await;
        let took = began.elapsed().as_secs_f64();
        println!("{:.0} messages a second are stored ({WAITING} that waited in {ROOMS} rooms)", WAITING as f64 / took);
        running.abort();
    }

    /// How old messages are when they are stored, while people talk.
    async fn lag(&self) {
        let archiver = self.archiver();
        let running = tokio::spawn(archiver.clone().run());
        let (began, mut said, mut ages) = (Instant::now(), 0, Vec::new());
        let operator = client(&self.postgres.url("hubbub")).await;
        while began.elapsed() < LOAD_FOR {
            self.say(LOAD / 50, &format!("l{said}-")).await;
            (0..ROOMS).for_each(|number| archiver.note(&channel(number)));
            said += LOAD / 50;
            let due = Duration::from_millis(20 * (said / (LOAD / 50)) as u64);
            tokio::time::sleep(due.saturating_sub(began.elapsed())).await;
            let newest = operator.query_one("SELECT max(sent_at) FROM messages", &[]).await.unwrap().get::<_, i64>(0);
            // At the beginning there is nothing of this load yet.
            if began.elapsed() < Duration::from_secs(1) {
                continue;
            }
            ages.push(now_ms().saturating_sub(newest.unsigned_abs()));
        }
        self.has((WAITING + said) as i64).await;
        let rate = said as f64 / began.elapsed().as_secs_f64();
        println!("at {rate:.0} messages a second the newest one that is stored is {} ms old (p99)", p99(&mut ages));
        running.abort();
    }

    /// How long a page takes somewhere in a room of many messages.
    async fn pages(&self, many: i64) {
        const FILL: &str = "
            INSERT INTO messages (room, log_offset, id, author, name, text, sent_at)
            SELECT 'many', number, 'm' || number, 'ana', 'Ana', repeat('words ', 20), 1700000000000 + number
            FROM generate_series($1::bigint, $2::bigint) AS number";
        let operator = client(&self.postgres.url("hubbub")).await;
        for begin in (1..=many).step_by(500_000) {
            operator.execute(FILL, &[&begin, &(begin + 499_999).min(many)]).await.unwrap();
        }
        operator.batch_execute("VACUUM ANALYZE messages").await.unwrap();
        let history = ArchivedHistory::new(self.broker.clone(), self.store.clone());
        let room = Channel::Room(RoomId::parse("many").unwrap());
        let mut times = Vec::with_capacity(PAGES);
        for _ in 0..PAGES {
            let before = rand::random_range(1_000..many.unsigned_abs());
            let began = Instant::now();
            let page = history.page(&room, Some(before), PAGE).await.unwrap();
            times.push(u64::try_from(began.elapsed().as_micros()).unwrap());
            assert_eq!(page.publications.len(), PAGE);
        }
        println!("a page of {PAGE} messages out of {many} takes {} µs (p99)", p99(&mut times));
    }

    fn archiver(&self) -> Arc<Archiver> {
        let archiver = Arc::new(Archiver::new(self.broker.clone(), self.store.clone()));
        (0..ROOMS).for_each(|number| archiver.note(&channel(number)));
        archiver
    }

    /// So many messages, spread over all rooms.
    async fn say(&self, count: usize, name: &str) {
        for begin in (0..count).step_by(1_000) {
            let all = (begin..(begin + 1_000).min(count)).map(|number| self.broker.publish(append(number, name)));
            join_all(all).await.into_iter().for_each(|appended| drop(appended.unwrap()));
        }
    }

    async fn has(&self, count: i64) {
        let operator = client(&self.postgres.url("hubbub")).await;
        while operator.query_one("SELECT count(*) FROM messages", &[]).await.unwrap().get::<_, i64>(0) < count {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

fn channel(number: usize) -> Channel {
    Channel::Room(RoomId::parse(&format!("room-{}", number % ROOMS)).unwrap())
}

fn append(number: usize, name: &str) -> Append {
    let (channel, author) = (channel(number), gardener());
    let id = MessageId::parse(&format!("{name}{number}")).unwrap();
    let frame = wire::message_template(&channel.room(), &id, &author, &"words ".repeat(20), None, now_ms());
    Append {
        idempotency: Some(IdempotencyKey { key: format!("{}/{id}", author.id), digest: "digest".into() }),
        event: Event { header: EventHeader::new("posted", now_ms(), Some(&id), Some(&author.id)), frame },
        growth: Growth::Free,
        channel,
    }
}

fn p99(all: &mut [u64]) -> u64 {
    all.sort_unstable();
    all[all.len() * 99 / 100]
}
