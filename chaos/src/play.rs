//! A run of a scenario: its processes with a crowd, from the start to the comparison with the log.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use protocol::RoomId;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use tokio::time::sleep;

use crate::crowd::{Crowd, CrowdSize};
use crate::ledger::audit::{self, Promise};
use crate::ledger::{Ledger, Violation};
use crate::presence;
use crate::stage::{Plan, RunEnvironment, Stage};
use crate::verdict::Verdict;

/// Once the trouble is over, everybody is live and everything sent within this
/// time: the longest wait before a reconnect, a lost ping, and a resend.
const SETTLE_WITHIN: Duration = Duration::from_secs(60);
/// The last message is shown everywhere within this time.
const SHOWN_WITHIN: Duration = Duration::from_secs(45);

/// How much of everything there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// For every check of the source.
    Short,
    /// The long form, before a release.
    Long,
}

/// What a scenario is run with.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The paths of this machine's programs.
    pub environment: RunEnvironment,
    /// The seed of all random numbers.
    pub seed: u64,
    /// How many clients a scenario has, and how long it takes.
    pub length: Length,
}

impl Setting {
    /// One of two values, by length.
    pub fn pick<T>(&self, short: T, long: T) -> T {
        match self.length {
            Length::Short => short,
            Length::Long => long,
        }
    }

    /// The usual guests: 50 rooms and 200 clients.
    pub fn guests(&self) -> CrowdSize {
        let (rooms, clients) = self.pick((20, 60), (50, 200));
        CrowdSize { rooms, clients, pace: 1.0 }
    }
}

/// Of so many messages some are edited and some deleted.
const MANY: usize = 300;

/// A running scenario: its processes, its clients and what they were told.
pub struct Play {
    /// The nodes, Redis and networks of the run.
    pub stage: Stage,
    /// The people who talk in rooms during the run.
    pub crowd: Crowd,
    /// Everything that clients sent and were told.
    pub ledger: Arc<Ledger>,
    /// The random numbers of this run.
    pub rng: SmallRng,
}

impl Play {
    /// Builds a stage, lets the usual guests in, and they begin to talk.
    ///
    /// # Errors
    /// Something does not start, or somebody does not get in.
    pub async fn begin(setting: &Setting, name: &str, plan: &Plan) -> Result<Self> {
        Self::begin_with(setting, name, plan, setting.guests()).await
    }

    /// The same with other guests.
    ///
    /// # Errors
    /// As [`Play::begin`].
    pub async fn begin_with(setting: &Setting, name: &str, plan: &Plan, guests: CrowdSize) -> Result<Self> {
        let stage = Stage::build(&setting.environment, name, plan).await?;
        let ledger = Arc::new(Ledger::default());
        let crowd = Crowd::gather(stage.load_balancer.clone(), ledger.clone(), guests, setting.seed).await?;
        crowd.talk(Duration::from_millis(1_500));
        Ok(Self { stage, crowd, ledger, rng: SmallRng::seed_from_u64(setting.seed) })
    }

    /// Lets people talk for a while: between `from` and `to`.
    pub async fn pause(&mut self, from: Duration, to: Duration) {
        let wait = self.rng.random_range(from..=to);
        sleep(wait).await;
    }

    /// The index of a random node.
    pub fn any_node(&mut self) -> usize {
        self.rng.random_range(0..self.stage.nodes.len())
    }

    /// Ends the talk: everybody gets live, sends the rest, is shown everything; then all is
    /// compared with the log.
    ///
    /// # Errors
    /// The log cannot be read.
    pub async fn end(&mut self, verdict: &mut Verdict, promise: Promise) -> Result<()> {
        self.crowd.stop_talking();
        let settled = self.crowd.all_settled(SETTLE_WITHIN).await;
        if let Some(after) = verdict.must_be("settling", settled) {
            verdict.time("settled after", after);
        }
        let shown = self.all_shown(SHOWN_WITHIN).await;
        verdict.must_be("the last word", shown);
        verdict.must_be("refusals", self.crowd.nothing_refused_for_good());
        presence::right(self, verdict).await;
        let counted = self.ledger.audit(&self.stage.load_balancer, promise).await?;
        let acknowledged = self.ledger.acknowledged();
        verdict.figure("acknowledged", acknowledged);
        verdict.must(acknowledged > 0, || "nobody said anything".into());
        let changes = self.ledger.acknowledged_changes();
        verdict.figure("acknowledged edits and deletions", changes);
        verdict.must(changes > 0 || acknowledged < MANY, || "nobody changed anything".into());
        verdict.figure("stored", counted.stored);
        if promise == Promise::NewLog {
            verdict.figure("gone with the old log", counted.gone_with_the_old);
        }
        for (wrong, name) in Violation::ALL {
            verdict.exactly(name, self.ledger.wrongs(wrong), 0);
        }
        self.ledger.sentences().into_iter().for_each(|sentence| verdict.must(false, || sentence));
        verdict.figure("recovered", self.crowd.sum(|diary| diary.recovered));
        verdict.figure("reread", self.crowd.sum(|diary| diary.reread));
        verdict.figure("renamed", self.crowd.sum(|diary| diary.renamed));
        verdict.figure("closes", format!("{:?}", self.crowd.closes()));
        Ok(())
    }

    /// Waits until every client is shown everything that its room's log has.
    ///
    /// # Errors
    /// Somebody is not, after `within`.
    pub async fn all_shown(&self, within: Duration) -> Result<Duration> {
        let begin = Instant::now();
        for room in self.ledger.rooms() {
            self.room_shown(&room, begin, within).await?;
        }
        Ok(begin.elapsed())
    }

    async fn room_shown(&self, room: &RoomId, begin: Instant, within: Duration) -> Result<()> {
        loop {
            let top = audit::top(&self.stage.load_balancer, room).await?;
            let here = self.crowd.clients().iter().filter(|client| client.room == *room);
            let behind: Vec<_> = here.filter(|client| client.diary().shown.as_ref() != Some(&top)).collect();
            let Some(one) = behind.first() else { return Ok(()) };
            let shown = one.diary().shown.clone();
            ensure!(
                begin.elapsed() < within,
                "{} clients are not at the top of {room} after {within:?}: {} shows {shown:?}, the log is at {top:?}",
                behind.len(),
                one.me
            );
            sleep(Duration::from_millis(100)).await;
        }
    }
}
