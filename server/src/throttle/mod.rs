//! How much one person and one address may do, over all their connections,
//! forms and calls, and on all nodes.
//!
//! Each session has buckets, and so has each [network](crate::limits) that an
//! address counts under, for the class behind it. Whoever is new to this node
//! uses up a stricter bucket of their address as well: a session that was made a
//! moment ago brings no allowance of its own to an address that makes many.
//!
//! Knows ids, addresses and costs. Does not know what is done for them.

mod accounts;
mod bucket;
mod cost;
mod frames;
mod ledger;
pub mod redis;
mod turn;

use std::net::IpAddr;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use protocol::{ErrorCode, Refusal, UserId};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use self::accounts::{Account, Accounts};
use self::bucket::Rate;
use self::cost::{OF_ADDRESS, OF_SESSION};
use self::ledger::Reports;
use crate::config::RateLimit;
use crate::limits::{AddressPrefix, Allotment, allotments};

pub use self::cost::{Cost, LISTING, Purpose, Share, request};
pub(crate) use self::frames::FrameBudget;
pub use self::ledger::{Ledger, Spent};
pub use self::turn::{Turn, TurnHandle, give_turn_back};

/// Frames that say no message may be so many times more than messages.
const WORK: u32 = 5;
/// A whole class behind one address may say so many times what one person may.
const CLASS_MESSAGES: u32 = 50;
/// And do so many times the other things.
const CLASS_WORK: u32 = WORK * 20;
/// All at one address who are new may say so many times what one person may at
/// once (a class comes together), and so many times in the long run.
const CLASS_NEWCOMERS: u32 = 20;
const NEWCOMERS: u32 = 5;
/// Requests of one address, as a multiple of one person's messages.
const CLASS_REQUESTS: u32 = 200;
/// Keys that people try until they find theirs, and programs do not: of one
/// person, or of all at one address who are new.
const KEYS: Rate = Rate::new(10, 10);
/// The same of all at one address. It takes several to use up what all have.
const CLASS_KEYS: Rate = Rate::new(30, 30);
/// Rooms on the front page: a day's worth is saved up, of which each takes [`LISTING`].
const LISTINGS: Rate = Rate::new(24 * 60, 1);
/// Files of one person, or of all at one address who are new.
const FILES: Rate = Rate::new(60, 60);
/// The same of all at one address: a school at work, and not a disk full of them.
const CLASS_FILES: Rate = Rate::new(240, 240);
/// Pings and crumbs of those who send many.
const CONTROL: Rate = Rate::new(500, 3_000);
/// Pages and calls that are made at one time for one address.
const TURNS: usize = 8;
/// Sessions that end: a whole class at the end of a lesson, all of them new.
const NEW_SIGN_OUTS: Rate = Rate::new(60, 60);
/// The same with those that were there for a while: a whole school at the end of a day.
const SIGN_OUTS: Rate = Rate::new(600, 60);
/// Somebody is new for so long.
const NEW_FOR: Duration = Duration::from_secs(60);
/// Sessions and networks that are remembered though nobody of them is connected, at most.
const REMEMBERED: usize = 32_768;

/// Everybody's buckets on this node.
pub struct Throttle {
    sessions: Accounts<OF_SESSION>,
    addresses: Accounts<OF_ADDRESS>,
}

/// Who pays: a session, from an address.
pub struct Payer {
    session: Arc<Account<OF_SESSION>>,
    address: Arc<Account<OF_ADDRESS>>,
}

/// Who uses up a share.
#[derive(Clone, Copy, Debug)]
pub struct Sharer<'a> {
    /// The person whose own share is charged first.
    pub session: &'a UserId,
    /// For how long they have been that, as their cookie says; not at all without one.
    pub known_for: Duration,
    /// The address whose larger share is charged as well.
    pub address: IpAddr,
}

/// Somebody was too fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooFast {
    /// How long to wait.
    pub wait: Duration,
    /// Whether it is all together at the same address who were.
    pub is_address: bool,
}

/// Nanoseconds since this process counted something for the first time.
fn now_ns() -> u64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    u64::try_from(START.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

impl Throttle {
    /// Full buckets for everybody; `ledger` knows what other nodes let pass and
    /// is told until `stop`. Without it there is no other node.
    pub fn start(limit: RateLimit, ledger: Option<Arc<dyn Ledger>>, stop: CancellationToken) -> Arc<Self> {
        let person = match limit {
            RateLimit::Off => None,
            RateLimit::On { burst, per_minute } => Some(Rate::new(burst.get(), per_minute.get())),
        };
        let times = |times| person.map(|rate| rate.times(times));
        let of_session = [times(1), times(WORK), Some(KEYS), Some(FILES)];
        let of_address = [
            times(CLASS_MESSAGES),
            times(CLASS_WORK),
            Some(CLASS_KEYS),
            Some(CLASS_FILES),
            person.map(|rate| rate.stretched(CLASS_NEWCOMERS, NEWCOMERS)),
            times(CLASS_REQUESTS),
            person.map(|_| CONTROL),
            Some(SIGN_OUTS),
            Some(LISTINGS),
            Some(KEYS),
            Some(FILES),
            Some(NEW_SIGN_OUTS),
        ];
        let reports = ledger.map(|ledger| {
            let reports = Arc::<Reports>::default();
            tokio::spawn(ledger::settle(reports.clone(), ledger, stop));
            reports
        });
        Arc::new(Self {
            sessions: Accounts::new(of_session, reports.clone(), REMEMBERED),
            addresses: Accounts::new(of_address, reports, REMEMBERED),
        })
    }

    /// Whoever `session` is, at `address`. `None`: nobody is counted.
    pub fn payer(&self, session: &UserId, address: IpAddr) -> Option<Payer> {
        if !self.sessions.counts(Purpose::Message) {
            return None;
        }
        let now_ns = now_ns();
        Some(Payer { session: self.session_of(session, now_ns), address: self.account_of(address, now_ns) })
    }

    /// Accounts for something, before it is done.
    ///
    /// # Errors
    /// How long to wait; nothing was used up.
    pub fn spend(&self, payer: &Payer, cost: Cost) -> Result<(), TooFast> {
        let (now_ns, Cost { purpose, tokens, newcomer }) = (now_ns(), cost);
        let Payer { session, address } = payer;
        let too_fast = |is_address| move |wait| TooFast { wait: Duration::from_nanos(wait), is_address };
        let newcomer = if is_new(session, now_ns) { newcomer } else { 0 };
        self.sessions.take(session, purpose, tokens, now_ns).map_err(too_fast(false))?;
        let taken = self.addresses.take(address, purpose, tokens, now_ns).and_then(|()| {
            let taken = self.addresses.take(address, Purpose::Newcomer, newcomer, now_ns);
            taken.inspect_err(|_| self.addresses.give_back(address, purpose, tokens))
        });
        taken.inspect_err(|_| self.sessions.give_back(session, purpose, tokens)).map_err(too_fast(true))?;
        self.sessions.note(session, purpose, tokens);
        self.addresses.note(address, purpose, tokens);
        self.addresses.note(address, Purpose::Newcomer, newcomer);
        Ok(())
    }

    /// Accounts for what something has cost, after it was done.
    pub fn charge(&self, payer: &Payer, cost: Cost) {
        let (now_ns, Cost { purpose, tokens, .. }) = (now_ns(), cost);
        self.sessions.charge(&payer.session, purpose, tokens, now_ns);
        self.addresses.charge(&payer.address, purpose, tokens, now_ns);
    }

    /// Accounts for something that an address asks for, whoever it is.
    ///
    /// # Errors
    /// How long to wait; nothing was used up.
    pub fn spend_at(&self, address: IpAddr, purpose: Purpose, tokens: u32) -> Result<(), Duration> {
        if !self.addresses.counts(purpose) {
            return Ok(());
        }
        let now_ns = now_ns();
        let account = self.account_of(address, now_ns);
        self.addresses.take(&account, purpose, tokens, now_ns).map_err(Duration::from_nanos)?;
        self.addresses.note(&account, purpose, tokens);
        Ok(())
    }

    /// Accounts for something of which nobody may use up what their address has:
    /// somebody known has so much of it, and all who are new there have as much together.
    ///
    /// # Errors
    /// How long to wait; nothing was used up.
    pub fn spend_share(&self, sharer: Sharer<'_>, share: Share) -> Result<(), Duration> {
        let Sharer { session, known_for, address } = sharer;
        let (now_ns, Share { of_all, of_new }) = (now_ns(), share);
        let address = self.account_of(address, now_ns);
        let session = (known_for >= NEW_FOR).then(|| self.session_of(session, now_ns));
        let taken = match &session {
            Some(session) => self.sessions.take(session, of_all, 1, now_ns),
            None => self.addresses.take(&address, of_new, 1, now_ns),
        };
        taken.map_err(Duration::from_nanos)?;
        if let Err(wait) = self.addresses.take(&address, of_all, 1, now_ns) {
            match &session {
                Some(session) => self.sessions.give_back(session, of_all, 1),
                None => self.addresses.give_back(&address, of_new, 1),
            }
            return Err(Duration::from_nanos(wait));
        }
        match &session {
            Some(session) => self.sessions.note(session, of_all, 1),
            None => self.addresses.note(&address, of_new, 1),
        }
        self.addresses.note(&address, of_all, 1);
        Ok(())
    }

    /// Waits for the turn of one of an address's requests, which lasts until it
    /// is dropped: whoever asks for a thousand pages at once waits for their
    /// own, and the others do not.
    pub async fn turn(&self, address: IpAddr) -> Option<Turn> {
        if !self.counts(Purpose::Request) {
            return None;
        }
        let turns = self.account_of(address, now_ns()).turns.clone()?;
        turns.acquire_owned().await.ok().map(Turn::new)
    }

    /// Whether anything is counted for a purpose.
    pub(crate) fn counts(&self, purpose: Purpose) -> bool {
        self.addresses.counts(purpose)
    }

    /// Accounts for what a request of an address has cost, after it was done.
    pub fn charge_at(&self, address: IpAddr, purpose: Purpose, tokens: u32) {
        if self.addresses.counts(purpose) {
            let now_ns = now_ns();
            self.addresses.charge(&self.account_of(address, now_ns), purpose, tokens, now_ns);
        }
    }

    fn session_of(&self, session: &UserId, now_ns: u64) -> Arc<Account<OF_SESSION>> {
        let key = key_of("session", session.as_str());
        self.sessions.get(key, || Account::new(key, now_ns, 1, None), now_ns)
    }

    /// The account of the narrowest network, with those of the wider ones behind it.
    fn account_of(&self, address: IpAddr, now_ns: u64) -> Arc<Account<OF_ADDRESS>> {
        let open = |Allotment { prefix, times }, wider| {
            let key = key_of("address", &prefix.to_string());
            self.addresses.get(key, || Account::new(key, now_ns, times, wider).with_turns(TURNS), now_ns)
        };
        let wider = allotments(address).skip(1).rev().fold(None, |wider, one| Some(open(one, wider)));
        open(Allotment { prefix: AddressPrefix::of(address), times: 1 }, wider)
    }
}

fn is_new(session: &Account<OF_SESSION>, now_ns: u64) -> bool {
    u128::from(now_ns.saturating_sub(session.since_ns)) < NEW_FOR.as_nanos()
}

impl TooFast {
    /// The answer to whoever was.
    pub fn refusal(self) -> Refusal {
        let sentence = match self.is_address {
            false => "That was too fast. Wait a moment, then send it again.",
            true => "Very much comes from your network just now. Wait a moment, then send it again.",
        };
        Refusal::new(ErrorCode::RateLimited, sentence).retry_after_ms(self.wait_ms())
    }

    /// How long to wait, rounded up.
    pub fn wait_ms(self) -> u64 {
        u64::try_from(self.wait.as_millis()).unwrap_or(u64::MAX).saturating_add(1)
    }
}

/// Ids and addresses as they are counted: nobody reads them anywhere.
fn key_of(kind: &str, name: &str) -> u128 {
    let digest = Sha256::new().chain_update(kind).chain_update(":").chain_update(name).finalize();
    digest.iter().take(16).fold(0, |key, byte| key << 8 | u128::from(*byte))
}

#[cfg(test)]
mod tests;
