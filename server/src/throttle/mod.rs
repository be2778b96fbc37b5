//! How much one person and one address may do, over all their connections, forms and calls, and on all nodes.
//!
//! Each session has buckets, and so has each [network](crate::limits) that an address counts under, for the
//! class behind it. A session that is new to this node is also charged to a stricter bucket of its address: a
//! session that was made a moment ago brings no allowance of its own to an address that makes many.
//!
//! Knows ids, addresses and costs. Does not know what is done for them.

mod accounts;
mod bucket;
mod cost;
mod frames;
mod ledger;
pub mod redis;
mod request_permit;

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
use crate::limits::{AddressPrefix, Allotment, RateLimit, allotments};

pub use self::cost::{Cost, LISTING, Purpose, Share, request};
pub(crate) use self::frames::FrameBudget;
pub use self::ledger::{Ledger, Spent};
pub use self::request_permit::{RequestPermit, RequestPermitHandle, release_request_permit};

/// How many times more frames other than messages are allowed than messages.
const WORK: u32 = 5;
/// How many times the messages of one person a whole class behind one address may send.
const CLASS_MESSAGES: u32 = 50;
/// How many times the other frames.
const CLASS_WORK: u32 = WORK * 20;
/// How many times one person's burst all new sessions of an address may use (a class comes together), and how
/// many times the rate.
const CLASS_NEWCOMERS: u32 = 20;
const NEWCOMERS: u32 = 5;
/// Requests of one address, as a multiple of one person's messages.
const CLASS_REQUESTS: u32 = 200;
/// Tries of the authors' key, by one person or by all new sessions of an address: people try until they find
/// theirs, and programs must not.
const KEYS: Rate = Rate::new(10, 10);
/// The same by a whole address. It takes several sessions to use that up.
const CLASS_KEYS: Rate = Rate::new(30, 30);
/// Listed rooms: a day's worth is saved up, of which each room takes [`LISTING`].
const LISTINGS: Rate = Rate::new(24 * 60, 1);
/// Uploads of one person, or of all new sessions of an address.
const FILES: Rate = Rate::new(60, 60);
/// The same of a whole address: enough for a school at work, and not for filling the disk.
const CLASS_FILES: Rate = Rate::new(240, 240);
/// Pings and crumbs of clients that send many.
const CONTROL: Rate = Rate::new(500, 3_000);
/// How many requests of one address run at a time.
const CONCURRENT_REQUESTS: usize = 8;
/// Sign-outs of new sessions: a whole class at the end of a lesson.
const NEW_SIGN_OUTS: Rate = Rate::new(60, 60);
/// The same with sessions that are known: a whole school at the end of a day.
const SIGN_OUTS: Rate = Rate::new(600, 60);
/// How long a session counts as new.
const NEW_FOR: Duration = Duration::from_secs(60);
/// The most sessions and networks that are remembered without a connection.
const REMEMBERED: usize = 32_768;

/// The buckets of all sessions and networks on this node, settled with the other nodes.
pub struct Throttle {
    sessions: Accounts<OF_SESSION>,
    addresses: Accounts<OF_ADDRESS>,
}

/// The accounts that a session at an address is charged to.
pub struct Payer {
    session: Arc<Account<OF_SESSION>>,
    address: Arc<Account<OF_ADDRESS>>,
}

/// A session that is charged for a [`Share`].
#[derive(Clone, Copy, Debug)]
pub struct Sharer<'a> {
    /// The person whose own share is charged first.
    pub session: &'a UserId,
    /// How long ago their session was signed; zero without one.
    pub known_for: Duration,
    /// The address whose larger share is charged as well.
    pub address: IpAddr,
}

/// A charge was refused: the bucket has less than it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooFast {
    /// How long to wait until it would be allowed.
    pub wait: Duration,
    /// Whether the address's bucket is empty, and not only the session's.
    pub is_address: bool,
}

/// Nanoseconds since this function was first called.
fn now_ns() -> u64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    u64::try_from(START.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

impl Throttle {
    /// Full buckets for everybody; `ledger` has what other nodes give out and gets reports until `stop`.
    /// Without it there is no other node.
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

    /// The accounts of `session` at `address`. `None`: nothing is limited.
    pub fn payer(&self, session: &UserId, address: IpAddr) -> Option<Payer> {
        if !self.sessions.counts(Purpose::Message) {
            return None;
        }
        let now_ns = now_ns();
        Some(Payer { session: self.session_of(session, now_ns), address: self.account_of(address, now_ns) })
    }

    /// Charges something before it is done.
    ///
    /// # Errors How long to wait; nothing was charged.
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

    /// Charges what something turned out to cost, after it was done.
    pub fn charge(&self, payer: &Payer, cost: Cost) {
        let (now_ns, Cost { purpose, tokens, .. }) = (now_ns(), cost);
        self.sessions.charge(&payer.session, purpose, tokens, now_ns);
        self.addresses.charge(&payer.address, purpose, tokens, now_ns);
    }

    /// Charges an address, whoever asks.
    ///
    /// # Errors How long to wait; nothing was charged.
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

    /// Charges something that nobody may use up for their whole address: each known session has so much of
    /// it, and all new ones there have as much together.
    ///
    /// # Errors How long to wait; nothing was charged.
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

    /// Waits for a permit for one request of an address; dropping it gives it back. Somebody who asks for a
    /// thousand pages at once waits for their own, and others do not.
    pub async fn acquire_permit(&self, address: IpAddr) -> Option<RequestPermit> {
        if !self.counts(Purpose::Request) {
            return None;
        }
        let permits = self.account_of(address, now_ns()).permits.clone()?;
        permits.acquire_owned().await.ok().map(RequestPermit::new)
    }

    /// Whether a purpose is limited at all.
    pub(crate) fn counts(&self, purpose: Purpose) -> bool {
        self.addresses.counts(purpose)
    }

    /// Charges an address for what a request turned out to cost, after it was done.
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

    /// The account of the narrowest network, linked to those of the wider ones.
    fn account_of(&self, address: IpAddr, now_ns: u64) -> Arc<Account<OF_ADDRESS>> {
        let open = |Allotment { prefix, times }, wider| {
            let key = key_of("address", &prefix.to_string());
            self.addresses.get(
                key,
                || Account::new(key, now_ns, times, wider).with_permits(CONCURRENT_REQUESTS),
                now_ns,
            )
        };
        let wider = allotments(address).skip(1).rev().fold(None, |wider, one| Some(open(one, wider)));
        open(Allotment { prefix: AddressPrefix::of(address), times: 1 }, wider)
    }
}

fn is_new(session: &Account<OF_SESSION>, now_ns: u64) -> bool {
    u128::from(now_ns.saturating_sub(session.since_ns)) < NEW_FOR.as_nanos()
}

impl TooFast {
    /// The `error` frame to answer with, which says when to try again.
    pub fn refusal(self) -> Refusal {
        let sentence = match self.is_address {
            false => "That was too fast. Wait a moment, then send it again.",
            true => "Very much comes from your network just now. Wait a moment, then send it again.",
        };
        Refusal::new(ErrorCode::RateLimited, sentence).retry_after_ms(self.wait_ms())
    }

    /// How long to wait in milliseconds, rounded up.
    pub fn wait_ms(self) -> u64 {
        u64::try_from(self.wait.as_millis()).unwrap_or(u64::MAX).saturating_add(1)
    }
}

/// The key of an id or an address: a digest, so that neither is stored.
fn key_of(kind: &str, name: &str) -> u128 {
    let digest = Sha256::new().chain_update(kind).chain_update(":").chain_update(name).finalize();
    digest.iter().take(16).fold(0, |key, byte| key << 8 | u128::from(*byte))
}

#[cfg(test)]
mod tests;
