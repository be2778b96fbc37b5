//! The scenarios, by name. To add one, write it and add a line to [`ALL`].

use anyhow::Result;
use futures::future::BoxFuture;

use crate::play::Setting;
use crate::verdict::Verdict;

mod clients;
mod database;
mod embedded;
mod games;
mod links;
mod mixed;
mod networks;
mod nodes;
mod presence;
mod redis;
mod rooms;
mod shapes;
mod time;
mod upgrade;

/// A scenario with its name and its function.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// Its name, as on the command line.
    pub name: &'static str,
    /// What happens, in a few words.
    pub about: &'static str,
    /// Whether the short form has it.
    pub in_short: bool,
    /// The function that runs it.
    pub run: fn(Setting) -> BoxFuture<'static, Result<Verdict>>,
}

macro_rules! scenario {
    ($name:literal, $when:ident, $run:path, $about:literal) => {
        Scenario {
            name: $name,
            about: $about,
            in_short: matches!(When::$when, When::Always),
            run: |setting| Box::pin(async move { $run(&setting).await }),
        }
    };
}

/// Which forms have a scenario.
enum When {
    Always,
    Long,
}

/// All scenarios, in the order in which they run.
pub const ALL: &[Scenario] = &[
    scenario!("kill", Always, nodes::kill, "kill -9 a random node, ten times"),
    scenario!("rolling-restart", Always, nodes::rolling_restart, "SIGTERM each node in turn"),
    scenario!("upgrade", Long, upgrade::rolling, "nodes of the version before, replaced one after the other"),
    scenario!("freeze-5", Long, nodes::freeze_short, "a node frozen for 5 s"),
    scenario!("freeze-40", Long, nodes::freeze_long, "a node frozen for 40 s; its clients move by themselves"),
    scenario!("pubsub-cut", Always, links::pubsub_cut, "Redis closes all subscriptions every second"),
    scenario!("redis-link-cut", Long, links::redis_link_cut, "all connections to Redis reset every 2 s"),
    scenario!("redis-gone", Always, redis::gone_briefly, "Redis killed, started again 3 s later with its file"),
    scenario!("redis-gone-long", Long, redis::gone_long, "Redis killed, started again 40 s later with its file"),
    scenario!("redis-frozen", Always, redis::frozen, "Redis frozen for 15 s"),
    scenario!("redis-wiped", Always, redis::wiped, "Redis loses everything, running and by a start"),
    scenario!("redis-older", Always, redis::older_log, "Redis comes back with what it had seconds ago"),
    scenario!("redis-full", Always, redis::full, "Redis has no memory for anything new"),
    scenario!("database-gone", Always, database::gone_briefly, "PostgreSQL killed, started again 5 s later"),
    scenario!("database-gone-long", Long, database::gone_long, "PostgreSQL killed, started again 40 s later"),
    scenario!("database-frozen", Always, database::frozen, "PostgreSQL frozen, and its connections stay open"),
    scenario!("database-full", Long, database::full, "no space under PostgreSQL"),
    scenario!(
        "database-failover",
        Always,
        database::failover,
        "a standby at another address takes over, and lacks the end"
    ),
    scenario!(
        "archive-behind",
        Always,
        database::redis_wiped_behind,
        "Redis loses everything while PostgreSQL is away"
    ),
    scenario!("archiver-killed", Long, database::archiver_killed, "kill -9 of nodes that store what is said"),
    scenario!("shard-gone", Always, shapes::shard_gone, "one of three independent Redis servers killed, and back"),
    scenario!("cluster-failover", Long, shapes::cluster_failover, "a master of a Redis Cluster killed, twice"),
    scenario!("bad-networks", Always, networks::bad_networks, "delay, crawl, slices, pulled cable, reset, half-close"),
    scenario!("repeats", Always, clients::repeats, "every message three times in parallel, answers lost"),
    scenario!("storm", Always, clients::storm, "5,000 clients cut at once"),
    scenario!("slow-reader", Long, clients::slow_reader, "one who does not read, in a busy room"),
    scenario!("embedded-kill", Always, embedded::kill, "kill -9 of the embedded node in a write load, 20 times"),
    scenario!("disk-full", Always, embedded::disk_full, "no space under the embedded node's file"),
    scenario!("simulated-away", Long, time::away, "a pulled cable for ten minutes, in shortened time"),
    scenario!("quiet-room", Always, time::quiet_room, "nothing is said for an hour, in shortened time"),
    scenario!("presence", Always, presence::leaves, "who leaves, blinks, or was on a node that died"),
    scenario!("presence-cable", Long, presence::cable, "who is there while a cable is pulled"),
    scenario!("presence-cost", Long, presence::cost, "what a join costs in a room of 10, 1,000 and 10,000"),
    scenario!("game-rush", Always, games::rush, "everybody in a game answers within a second, on three nodes"),
    scenario!("game-embedded", Always, games::rush_embedded, "the same on one node without Redis"),
    scenario!("game-nodes-die", Always, games::nodes_die, "all nodes die or leave while a question is open"),
    scenario!("games-many", Long, games::many, "a hundred games of thirty at once"),
    scenario!("mixed", Long, mixed::mixed, "all of it at random, for three minutes"),
];
