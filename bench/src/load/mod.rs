//! The load generator: thousands of connections on one thread.
//!
//! It has to stay well below one core while the servers fill theirs, so it
//! waits with epoll, reads frames by hand and looks in them for stamps alone.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Result, bail};
use rustix::buffer::spare_capacity;
use rustix::event::Timespec;
use rustix::event::epoll::{self, Event, EventFlags};
use rustix::fd::OwnedFd;

pub mod clock;
mod connection;
pub mod dialect;
pub mod flood;
pub mod frames;
pub mod pace;
mod reading;
pub mod stamp;
pub mod tally;
mod writing;

pub use connection::{ConnectionPlan, ReadMode};

use super::stop;
use clock::{Clock, nanos};
use connection::{Connection, Stage};
use dialect::Dialect;
use stamp::Stamp;
use tally::Tally;

/// The most events of one turn.
const EVENTS: usize = 128;
/// What one read takes at most.
const READ_BYTES: usize = 256 * 1024;
/// How long a turn sleeps at most while it waits for something else.
const LOOK_UP: Duration = Duration::from_millis(20);
/// How often a slow reader takes a little.
const SIP_EVERY: u64 = 100_000_000;
/// How many bytes a slow reader takes at a time.
const SIP_BYTES: usize = 512;
/// After so long without bytes, slow readers in [`Load::hurry`] have read everything.
const SILENCE: u64 = 500_000_000;

/// How a turn waits for something to happen.
#[derive(Clone, Copy, Debug)]
pub enum Wait {
    /// Not at all: a server does not pay for waking the generator, as it would
    /// not for people on other machines.
    Spin,
    /// Asleep, at most so long.
    Sleep(Duration),
}

/// All connections of a run, and the loop that serves them.
pub struct Load {
    dialect: Dialect,
    nodes: Vec<SocketAddr>,
    connections: Vec<Connection>,
    epoll: OwnedFd,
    events: Vec<Event>,
    buffer: Vec<u8>,
    stamps: stamp::StampFinder,
    /// Counts the deliveries of the current phase.
    pub tally: Tally,
    /// The clock that stamps are taken from.
    pub clock: Clock,
    /// Nanoseconds in which there was something to do.
    pub busy_ns: u64,
    joined: usize,
    gone: usize,
    refused: u64,
    next_sip: u64,
    sipping: Vec<usize>,
    first_trouble: Option<String>,
    spelled: (String, String, Vec<u8>),
}

impl Load {
    /// A load without connections.
    ///
    /// # Errors
    /// The system has no epoll.
    pub fn new(
        dialect: Dialect,
        nodes: Vec<SocketAddr>,
        plans: impl IntoIterator<Item = ConnectionPlan>,
    ) -> Result<Self> {
        let connections: Vec<_> = plans.into_iter().map(Connection::new).collect();
        let speaking = connections.iter().map(|one| one.plan.slot).filter(|slot| *slot != ConnectionPlan::SILENT);
        let slots = speaking.max().map_or(0, |most| usize::from(most) + 1);
        Ok(Self {
            tally: Tally::new(connections.len(), slots),
            dialect,
            nodes,
            connections,
            epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
            events: Vec::with_capacity(EVENTS),
            buffer: vec![0; READ_BYTES],
            stamps: stamp::StampFinder::default(),
            clock: Clock::start(),
            busy_ns: 0,
            joined: 0,
            gone: 0,
            refused: 0,
            next_sip: 0,
            sipping: Vec::new(),
            first_trouble: None,
            spelled: Default::default(),
        })
    }

    /// Connects everybody, at most `at_once` at a time, and waits until all are in their rooms.
    ///
    /// # Errors
    /// Somebody did not get in within the time.
    pub fn connect(&mut self, at_once: usize, within: Duration) -> Result<Duration> {
        let (began, all) = (self.clock.now(), self.connections.len());
        let mut next = 0;
        while self.joined + self.gone < all {
            while next < all && next - (self.joined + self.gone).min(next) < at_once {
                self.open(next);
                next += 1;
            }
            self.turn(Wait::Sleep(LOOK_UP))?;
            if self.gone > 0 || self.clock.now() - began > nanos(within) {
                let trouble = self.first_trouble.as_deref().unwrap_or("it takes too long");
                bail!("only {} of {all} got in: {trouble}", self.joined);
            }
        }
        Ok(Duration::from_nanos(self.clock.now() - began))
    }

    /// How many connections have an open socket, in a room or on the way.
    pub fn living(&self) -> usize {
        self.connections.iter().filter(|one| one.stream.is_some()).count()
    }

    /// How many connections ended, and why the first did.
    pub fn gone(&self) -> (usize, &str) {
        (self.gone, self.first_trouble.as_deref().unwrap_or_default())
    }

    /// How many slow readers were disconnected, as far as they noticed.
    pub fn gone_slow(&self) -> usize {
        self.connections.iter().filter(|one| one.plan.reader == ReadMode::Slow && one.stage == Stage::Gone).count()
    }

    /// The slow readers read what there is, until nothing comes any more.
    ///
    /// # Errors
    /// The system's.
    pub fn hurry(&mut self, within: Duration) -> Result<()> {
        let (began, mut since) = (self.clock.now(), self.clock.now());
        while self.clock.now() < (since + SILENCE).min(began + nanos(within)) && !self.sipping.is_empty() {
            if self.read_slowly(READ_BYTES) > 0 {
                since = self.clock.now();
            }
            self.turn(Wait::Spin)?;
        }
        Ok(())
    }

    /// How many frames said that something was refused.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// How many living members of each room are counted.
    pub fn counted(&self) -> Vec<u64> {
        let rooms = self.connections.iter().map(|one| one.plan.room as usize + 1).max().unwrap_or(0);
        let mut counted = vec![0; rooms];
        for one in self.connections.iter().filter(|one| one.stream.is_some() && one.plan.reader == ReadMode::Counted) {
            counted[one.plan.room as usize] += 1;
        }
        counted
    }

    /// The room of a connection.
    pub fn room(&self, who: usize) -> usize {
        self.connections[who].plan.room as usize
    }

    /// Whether a connection can send: it lives, and at most `backlog` bytes wait.
    pub fn can_send(&self, who: usize, backlog: usize) -> bool {
        let one = &self.connections[who];
        one.stream.is_some() && one.unsent.len() <= backlog
    }

    /// Says something of `length` characters that was due at `due`.
    pub fn say(&mut self, who: usize, due: u64, sequence: u32, length: usize) {
        let began = self.clock.now();
        let (mut text, mut said, mut bytes) = std::mem::take(&mut self.spelled);
        let phase = self.tally.phase;
        Stamp { phase, due, slot: self.connections[who].plan.slot, sequence }.write(&mut text, length);
        self.dialect.message(&mut said, &text, who, sequence, phase);
        bytes.clear();
        frames::write(&mut bytes, frames::TEXT, said.as_bytes());
        self.send(who, &bytes);
        self.spelled = (text, said, bytes);
        self.busy_ns += self.clock.now() - began;
    }

    /// Serves all connections for a while.
    ///
    /// # Errors
    /// The system's.
    pub fn rest(&mut self, time: Duration) -> Result<()> {
        let end = self.clock.now() + nanos(time);
        while self.clock.now() < end {
            self.turn(Wait::Sleep(LOOK_UP.min(Duration::from_nanos(end.saturating_sub(self.clock.now())))))?;
        }
        Ok(())
    }

    /// Waits, and does what there is to do.
    ///
    /// # Errors
    /// The system's, or that the program was asked to end.
    pub fn turn(&mut self, wait: Wait) -> Result<()> {
        stop::check()?;
        let began = self.clock.now();
        let timeout = match wait {
            Wait::Spin => Duration::ZERO,
            Wait::Sleep(most) => most,
        };
        let timeout = Timespec::try_from(timeout)?;
        let mut events = std::mem::take(&mut self.events);
        events.clear();
        match epoll::wait(&self.epoll, spare_capacity(&mut events), Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let woke = match wait {
            Wait::Spin => began,
            Wait::Sleep(_) => self.clock.now(),
        };
        for event in &events {
            let (flags, who) = (event.flags, event.data.u64() as usize);
            if flags.contains(EventFlags::OUT) {
                self.writable(who);
            }
            if flags.intersects(EventFlags::IN | EventFlags::HUP | EventFlags::ERR) {
                self.readable(who);
            }
        }
        if !events.is_empty() {
            self.busy_ns += self.clock.now() - woke;
        }
        self.events = events;
        if !self.sipping.is_empty() && began >= self.next_sip {
            self.next_sip = began + SIP_EVERY;
            self.read_slowly(SIP_BYTES);
        }
        Ok(())
    }
}
