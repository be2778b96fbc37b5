//! Honest people who talk all the time, and how long their messages take: what an attack
//! does to everybody else.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures::{SinkExt, StreamExt};
use tokio::time::{interval, sleep};
use tokio_tungstenite::tungstenite::Message;

use super::socket::{Socket, join, message, type_of, value};
use super::stranger::{Stranger, home};
use crate::play::Setting;
use crate::stage::Task;
use crate::verdict::Verdict;

const PEOPLE: usize = 40;
const PEOPLE_IN_A_ROOM: usize = 5;
/// Slow enough for the limit of one connection.
const SAY_EVERY: Duration = Duration::from_millis(600);
/// Their homes are no attacker's.
const FIRST_HOME: usize = 1_000_000;
/// What an attack left behind is no part of the calm.
const BREATHER: Duration = Duration::from_millis(300);

/// People who talk. Dropped, they are cut.
pub(super) struct Talkers {
    people: Vec<Arc<Talker>>,
    _lives: Vec<Task>,
}

#[derive(Default)]
struct Talker {
    waiting: Mutex<HashMap<String, Instant>>,
    took: Mutex<Vec<Duration>>,
    gone: AtomicU64,
}

/// How long messages took in a while.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Delays {
    pub(super) p50: Duration,
    pub(super) p99: Duration,
}

/// How often and for how long the delays are measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Windows {
    rounds: u32,
    time: Duration,
    /// What is a machine's noise and no attack's doing.
    noise: Duration,
}

impl Windows {
    pub(super) fn of(setting: &Setting) -> Self {
        // The short form is a test, on a machine that does other things too: only
        // what everybody in the room would notice decides there.
        let (rounds, time_ms, noise_ms) = setting.pick((3, 1_000, 1_000), (5, 3_000, 5));
        Self { rounds, time: Duration::from_millis(time_ms), noise: Duration::from_millis(noise_ms) }
    }

    /// For how long there was an attack, in all.
    pub(super) fn attacked(self) -> Duration {
        self.time * self.rounds
    }
}

impl Talkers {
    /// Lets them in at a node.
    pub(super) async fn gather(node: SocketAddr) -> Result<Self> {
        let (mut people, mut lives) = (Vec::new(), Vec::new());
        for number in 0..PEOPLE {
            let person = Arc::new(Talker::default());
            let mut stranger = Stranger::new(node, home(FIRST_HOME + number));
            stranger.arrive().await?;
            let room = format!("honest-{}", number / PEOPLE_IN_A_ROOM);
            let mut socket = Socket::open(&stranger, "/ws?v=1").await?;
            socket.say(join(&room)).await?;
            socket.next_of(&["joined"]).await?;
            lives.push(Task::spawn(talk(socket, room, number, person.clone())));
            people.push(person);
        }
        let talkers = Self { people, _lives: lives };
        sleep(2 * SAY_EVERY).await;
        Ok(talkers)
    }

    /// Measures the delays for a while.
    pub(super) async fn listen(&self, time: Duration) -> Result<Delays> {
        self.people.iter().for_each(|person| lock(&person.took).clear());
        sleep(time).await;
        let gone: u64 = self.people.iter().map(|person| person.gone.load(Ordering::Relaxed)).sum();
        ensure!(gone == 0, "{gone} of {PEOPLE} honest people lost their connection");
        let mut delays: Vec<Duration> = Vec::new();
        for person in &self.people {
            delays.append(&mut lock(&person.took));
            // Whoever still waits has waited so long at least.
            delays.extend(lock(&person.waiting).values().map(Instant::elapsed));
        }
        delays.sort_unstable();
        let at = |percent: usize| delays.get(delays.len() * percent / 100).copied().unwrap_or(time);
        Ok(Delays { p50: at(50), p99: at(99) })
    }

    /// Alternates between no attack and an attack, which ends at the moment that is passed to it: with it the
    /// slowest percent must take at most `factor` times as long.
    pub(super) async fn compare(
        &self,
        verdict: &mut Verdict,
        windows: Windows,
        factor: f64,
        mut attack: impl AsyncFnMut(Instant) -> Result<()>,
    ) -> Result<()> {
        let (mut calm, mut beside) = (Vec::new(), Vec::new());
        let Windows { rounds, time, noise } = windows;
        for _ in 0..rounds {
            calm.push(self.listen(time).await?);
            let (delays, attacked) = tokio::join!(self.listen(time), attack(Instant::now() + time));
            attacked?;
            beside.push(delays?);
            sleep(BREATHER).await;
        }
        let (calm, beside) = (median(&mut calm), median(&mut beside));
        verdict.figure("p50/p99 of others", calm);
        verdict.figure("beside it", beside);
        let limit = calm.p99.mul_f64(factor).max(calm.p99 + noise);
        verdict.must(beside.p99 <= limit, || format!("others waited {beside}; without the attack {calm}"));
        Ok(())
    }
}

impl std::fmt::Display for Delays {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        write!(f, "{:.1}/{:.1} ms", ms(self.p50), ms(self.p99))
    }
}

/// The middle one, of either figure; of an even number the lower of both.
fn median(delays: &mut [Delays]) -> Delays {
    let mut middle = |of: fn(&Delays) -> Duration| {
        delays.sort_unstable_by_key(of);
        delays.get(delays.len().saturating_sub(1) / 2).map(of).unwrap_or_default()
    };
    Delays { p50: middle(|delays| delays.p50), p99: middle(|delays| delays.p99) }
}

async fn talk(socket: Socket, room: String, number: usize, person: Arc<Talker>) {
    let (mut sink, mut incoming) = socket.into_inner().split();
    let saying = async {
        // Not all of them in one moment.
        sleep(SAY_EVERY * u32::try_from(number).unwrap_or_default() / 40).await;
        let mut pace = interval(SAY_EVERY);
        for round in 0_u64.. {
            pace.tick().await;
            let id = format!("h{number}-{round}");
            lock(&person.waiting).insert(id.clone(), Instant::now());
            if sink.send(Message::text(message(&room, &id, "How are you?"))).await.is_err() {
                return;
            }
        }
    };
    let hearing = async {
        while let Some(Ok(frame)) = incoming.next().await {
            let Message::Text(text) = frame else { continue };
            if !matches!(type_of(&text), "message" | "error") {
                continue;
            }
            let since = value(&text, "id").and_then(|id| lock(&person.waiting).remove(id));
            if let Some(since) = since {
                lock(&person.took).push(since.elapsed());
            }
        }
    };
    tokio::select! {
        () = saying => {}
        () = hearing => {}
    }
    person.gone.fetch_add(1, Ordering::Relaxed);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
