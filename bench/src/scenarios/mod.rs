//! The scenarios, by name. To add one, write it and add a line to [`ALL`].

use anyhow::Result;
use futures::future::BoxFuture;

use crate::play::Setting;
use crate::verdict::Verdict;

mod nodes;
mod redis;

/// A scenario.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// Its name, as on the command line.
    pub name: &'static str,
    /// What happens, in a few words.
    pub about: &'static str,
    /// Whether the short form has it.
    pub in_short: bool,
    /// Runs it.
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
    scenario!("redis-gone", Always, redis::gone_briefly, "Redis killed and started again 3 s later, its file kept"),
    scenario!("redis-gone-long", Long, redis::gone_long, "Redis killed and started again 40 s later, its file kept"),
];
