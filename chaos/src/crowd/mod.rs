//! People in rooms: clients that follow the browser's own rules.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use client::room::{Input, RoomClient, RoomOptions};
use protocol::{RoomId, UserId};
use rand::rngs::SmallRng;
use rand::{Rng, RngExt, SeedableRng};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::sleep;

use crate::driver::{Access, Driver};
use crate::ledger::Ledger;
use crate::stage::{LoadBalancer, Task};

pub mod bystanders;
pub mod diary;
mod guest;
pub mod session;
mod texts;
pub mod visitor;

pub use bystanders::Bystanders;
pub use diary::Diary;
use guest::{Guest, GuestCommand, Parts, TalkRate, lock};
pub use texts::TextLength;
pub use visitor::Visitor;

/// Clients that come in at once; the others wait, as at a real load balancer.
const MAX_CONCURRENT_JOINS: usize = 64;
/// How often a crowd is looked at while it is waited for.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How many clients come, and to how many rooms.
#[derive(Clone, Copy, Debug)]
pub struct CrowdSize {
    /// How many rooms they spread over; the first ones are the fullest.
    pub rooms: usize,
    /// How many clients there are, in all rooms together.
    pub clients: usize,
    /// How many times faster the timers of their clients run.
    pub pace: f64,
}

/// All clients of a run that talk in rooms.
pub struct Crowd {
    /// The ids of the rooms, the fullest first.
    pub rooms: Vec<RoomId>,
    clients: Vec<Client>,
    load_balancer: Arc<LoadBalancer>,
    ledger: Arc<Ledger>,
    talk: watch::Sender<TalkRate>,
    pace: f64,
}

/// One of them. Dropped, the connection is cut without a close frame.
pub struct Client {
    /// The id of the client's room.
    pub room: RoomId,
    /// The user id of the client.
    pub me: UserId,
    diary: Arc<Mutex<Diary>>,
    commands: mpsc::Sender<GuestCommand>,
    _life: Task,
}

impl Client {
    /// What the client has received so far, locked: drop it soon.
    pub fn diary(&self) -> MutexGuard<'_, Diary> {
        lock(&self.diary)
    }

    /// Sends a message to the client's room.
    pub async fn say(&self, text: &str) {
        // One that is gone says nothing.
        let _ = self.commands.send(GuestCommand::Say(text.to_owned())).await;
    }

    /// Loses the connection without a close frame, and comes back by itself.
    pub async fn cut(&self) {
        let _ = self.commands.send(GuestCommand::Cut).await;
    }

    /// Loses the network without a close frame, and stays away.
    pub async fn away(&self) {
        let _ = self.commands.send(GuestCommand::Away).await;
    }

    /// The network is there again.
    pub async fn back(&self) {
        let _ = self.commands.send(GuestCommand::Back).await;
    }

    /// Leaves with a clean close.
    pub async fn leave(&self) {
        let _ = self.commands.send(GuestCommand::Leave).await;
    }
}

impl Crowd {
    /// A crowd without people. What they receive goes into `ledger`.
    pub fn new(load_balancer: Arc<LoadBalancer>, ledger: Arc<Ledger>, pace: f64) -> Self {
        Self { rooms: Vec::new(), clients: Vec::new(), load_balancer, ledger, talk: watch::Sender::default(), pace }
    }

    /// Brings everybody in through the load balancer, and returns when they are live.
    ///
    /// # Errors
    /// They do not all get in.
    pub async fn gather(
        load_balancer: Arc<LoadBalancer>,
        ledger: Arc<Ledger>,
        guests: CrowdSize,
        seed: u64,
    ) -> Result<Self> {
        let mut crowd = Self::new(load_balancer, ledger, guests.pace);
        let mut rng = SmallRng::seed_from_u64(seed);
        let name = format!("{:06x}", rng.random_range(0..0x100_0000));
        crowd.rooms = (0..guests.rooms).map(|at| RoomId::parse(&format!("r{name}-{at}"))).collect::<Result<_, _>>()?;
        let places = (0..guests.clients).map(|at| match at < guests.rooms * 2 {
            // Nobody is alone; the others crowd into the first rooms.
            true => crowd.rooms[at % guests.rooms].clone(),
            false => crowd.rooms[rng.random_range(0..guests.rooms).min(rng.random_range(0..guests.rooms))].clone(),
        });
        let places: Vec<_> = places.collect();
        crowd.admit(places, rng.random()).await;
        crowd.all_live(Duration::from_secs(60)).await?;
        Ok(crowd)
    }

    /// Who comes from now on takes another load balancer.
    pub fn through(&mut self, load_balancer: Arc<LoadBalancer>) {
        self.load_balancer = load_balancer;
    }

    /// More people come, each into the room named, and need not be live yet.
    pub async fn admit(&mut self, places: Vec<RoomId>, seed: u64) {
        let join_permits = Arc::new(Semaphore::new(MAX_CONCURRENT_JOINS));
        let coming = places.into_iter().enumerate().map(|(number, room)| {
            let rng = SmallRng::seed_from_u64(seed.wrapping_add(number as u64));
            self.enter(room, rng, join_permits.clone())
        });
        let come = futures::future::join_all(coming).await;
        self.clients.extend(come);
    }

    fn enter(
        &self,
        room: RoomId,
        mut rng: SmallRng,
        join_permits: Arc<Semaphore>,
    ) -> impl Future<Output = Client> + use<> {
        let (load_balancer, ledger, talk, pace) =
            (self.load_balancer.clone(), self.ledger.clone(), self.talk.subscribe(), self.pace);
        async move {
            let _place = join_permits.acquire().await;
            let session = guest::arrive(&load_balancer, &mut rng).await;
            let me = session.me.clone();
            let diary = Arc::new(Mutex::new(Diary::new(ledger.clone(), room.clone(), me.clone())));
            let (commands, asked) = mpsc::channel(16);
            let access = Access {
                load_balancer: load_balancer.clone(),
                cookie: session.cookie.clone(),
                rng: SmallRng::seed_from_u64(rng.next_u64()),
            };
            let options = RoomOptions { room_id: room.clone(), position: None, unsent: Vec::new() };
            let guest = Guest::new(Parts {
                room: room.clone(),
                session,
                load_balancer,
                ledger,
                diary: diary.clone(),
                rng,
                talk,
                commands: asked,
            });
            let driver = Driver::new(RoomClient::new(options), guest, access, pace);
            let life = Task::spawn(driver.run(Input::Start));
            Client { room, me, diary, commands, _life: life }
        }
    }

    /// All clients, in the order of their coming.
    pub fn clients(&self) -> &[Client] {
        &self.clients
    }

    /// Takes somebody out of the crowd, to be dropped or asked to leave.
    pub fn take(&mut self, at: usize) -> Client {
        self.clients.swap_remove(at)
    }

    /// Everybody talks: on average once in `every`.
    pub fn talk(&self, every: Duration) {
        self.talk_much(every, TextLength::Usual);
    }

    /// Everybody talks, on average once in `every`, so much at once.
    pub fn talk_much(&self, every: Duration, words: TextLength) {
        self.talk.send_replace(TalkRate { every: Some(every), words, is_final: false });
    }

    /// People go on talking, and edit and delete nothing: servers of earlier versions do not know how.
    pub fn change_nothing(&self) {
        self.talk.send_modify(|talk| talk.is_final = true);
    }

    /// Ends the talk of all clients: nobody says anything new.
    pub fn stop_talking(&self) {
        self.talk.send_replace(TalkRate::default());
    }

    /// Waits until everybody is in their room; returns after how long.
    ///
    /// # Errors
    /// Some are not, after `within`.
    pub async fn all_live(&self, within: Duration) -> Result<Duration> {
        self.until(within, |diary| diary.is_live, "are not live").await
    }

    /// Waits until everybody is live and nothing of theirs is unsent.
    ///
    /// # Errors
    /// Some are not, after `within`.
    pub async fn all_settled(&self, within: Duration) -> Result<Duration> {
        self.until(within, |diary| diary.is_live && diary.pending == 0, "are not live with everything sent").await
    }

    /// Waits until something is true of everybody; returns after how long.
    ///
    /// # Errors
    /// It is not, after `within`; the sentence says for how many.
    pub async fn until(&self, within: Duration, is: impl Fn(&Diary) -> bool, otherwise: &str) -> Result<Duration> {
        let begin = Instant::now();
        loop {
            let missing = self.clients.iter().filter(|client| !is(&client.diary())).count();
            if missing == 0 {
                return Ok(begin.elapsed());
            }
            if begin.elapsed() >= within {
                bail!("{missing} of {} clients {otherwise} after {within:?}", self.clients.len());
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// How often and how long people were away: the longest and the 99th percentile of the times without a live
    /// connection that began after `since`, and how many there were.
    pub fn away_since(&self, since: Instant) -> Away {
        let mut times: Vec<Duration> = Vec::new();
        for client in &self.clients {
            times.extend(client.diary().away_since(since));
        }
        Away::of(times)
    }

    /// The sum of a number over all diaries.
    pub fn sum(&self, number: impl Fn(&Diary) -> u64) -> u64 {
        self.clients.iter().map(|client| number(&client.diary())).sum()
    }

    /// How often connections were closed by the other end, by code.
    pub fn closes(&self) -> BTreeMap<u16, u64> {
        let mut closes = BTreeMap::new();
        for client in &self.clients {
            for (code, times) in &client.diary().closes {
                *closes.entry(*code).or_default() += times;
            }
        }
        closes
    }

    /// Nobody was refused anything for good.
    ///
    /// # Errors
    /// Somebody was; the sentence says what.
    pub fn nothing_refused_for_good(&self) -> Result<()> {
        for client in &self.clients {
            let refused = client.diary().refused_for_good.clone();
            ensure!(refused.is_empty(), "{} was refused for good: {refused:?}", client.me);
        }
        Ok(())
    }
}

/// How long people were away.
#[derive(Clone, Copy, Debug, Default)]
pub struct Away {
    /// How many absences there were.
    pub times: usize,
    /// 99 % of the delays were not longer.
    pub p99: Duration,
    /// The longest of the delays.
    pub longest: Duration,
}

impl Away {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = (times.len() * 99).div_ceil(100).saturating_sub(1);
        Self {
            times: times.len(),
            p99: times.get(at).copied().unwrap_or_default(),
            longest: times.last().copied().unwrap_or_default(),
        }
    }
}
