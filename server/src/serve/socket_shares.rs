//! How many WebSockets one session, and all newcomers, may have at one address.
//!
//! A class sits behind one address, and somebody who attacks it may sit there too. So the share of one of
//! them shrinks with what is free: however many they open, some places stay free for a page and for
//! people with fewer connections.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use protocol::UserId;

use super::Full;
use crate::limits::AddressPrefix;

/// The most WebSockets of one session at one address.
pub const SOCKETS_OF_SESSION: usize = 64;
/// A session gets at most one part in so many of what is free; a few tabs are never refused.
const PARTS: usize = 8;
const TABS: usize = 4;
/// All newcomers together get at most so many times what is free. They share it, because a
/// new session costs nothing.
const NEWCOMERS_TO_FREE: usize = 4;
/// So many newcomers are never refused.
const FEW_NEWCOMERS: usize = 8;
/// How long a session counts as new.
const NEW_FOR: Duration = Duration::from_secs(10 * 60);

/// The owner of a WebSocket.
pub struct SocketOwner {
    id: UserId,
    is_new: bool,
}

/// The open WebSockets of each address.
#[derive(Default)]
pub(super) struct SocketShares {
    /// Never more addresses than WebSockets.
    open: Mutex<HashMap<AddressPrefix, Open>>,
}

#[derive(Default)]
struct Open {
    /// The number of WebSockets of each session, new or not.
    of: HashMap<UserId, usize>,
    newcomers: usize,
}

/// One WebSocket's share of its address; dropping it frees it.
pub struct SocketShare {
    shares: Arc<SocketShares>,
    address: AddressPrefix,
    owner: SocketOwner,
}

impl SocketOwner {
    /// The owner of a session that was signed so long ago; `None` without a session.
    pub fn new(id: UserId, age: Option<Duration>) -> Self {
        Self { id, is_new: age.is_none_or(|age| age < NEW_FOR) }
    }
}

impl SocketShares {
    /// Takes a share for one more WebSocket, where `free` connections are left to the address.
    pub(super) fn take(
        self: &Arc<Self>,
        address: IpAddr,
        free: usize,
        owner: SocketOwner,
    ) -> Result<SocketShare, Full> {
        let address = AddressPrefix::of(address);
        let mut all = self.lock();
        let open = all.entry(address).or_default();
        let own = open.of.get(&owner.id).copied().unwrap_or_default();
        let full = if own >= (free / PARTS).clamp(TABS, SOCKETS_OF_SESSION) {
            Some(Full::Session)
        } else if owner.is_new && open.newcomers >= (free.saturating_mul(NEWCOMERS_TO_FREE)).max(FEW_NEWCOMERS) {
            Some(Full::Newcomers)
        } else {
            None
        };
        if let Some(full) = full {
            if open.of.is_empty() {
                all.remove(&address);
            }
            return Err(full);
        }
        open.of.insert(owner.id.clone(), own + 1);
        open.newcomers += usize::from(owner.is_new);
        Ok(SocketShare { shares: self.clone(), address, owner })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AddressPrefix, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for SocketShare {
    fn drop(&mut self) {
        let mut all = self.shares.lock();
        let Some(open) = all.get_mut(&self.address) else { return };
        open.newcomers -= usize::from(self.owner.is_new);
        if let Some(count) = open.of.get_mut(&self.owner.id) {
            *count -= 1;
            if *count == 0 {
                open.of.remove(&self.owner.id);
            }
        }
        if open.of.is_empty() {
            all.remove(&self.address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHOOL: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 7));
    const OLD: Option<Duration> = Some(Duration::from_secs(60 * 60));

    fn owner(id: usize, age: Option<Duration>) -> SocketOwner {
        SocketOwner::new(UserId::parse(&format!("u{id}")).unwrap(), age)
    }

    /// Opens as many as it gets of `permits`, by turns for each of so many sessions.
    fn fill(shares: &Arc<SocketShares>, permits: usize, sessions: usize, age: Option<Duration>) -> Vec<SocketShare> {
        let mut taken = Vec::new();
        loop {
            let before = taken.len();
            for id in 0..sessions {
                let free = permits - taken.len();
                taken.extend((free > 0).then(|| shares.take(SCHOOL, free - 1, owner(id, age)).ok()).flatten());
            }
            if taken.len() == before {
                return taken;
            }
        }
    }

    #[test]
    fn one_session_and_a_dozen_leave_places_to_the_others() {
        for (sessions, most) in [(1, SOCKETS_OF_SESSION), (16, 680), (100, 940)] {
            let shares = Arc::<SocketShares>::default();
            let taken = fill(&shares, 1000, sessions, OLD);
            assert!(taken.len() <= most, "{sessions} sessions have {}", taken.len());
            assert!(shares.take(SCHOOL, 999 - taken.len(), owner(5000, OLD)).is_ok(), "{sessions} sessions");
        }
    }

    #[test]
    fn newcomers_count_as_one_however_many_sessions_they_made() {
        for age in [None, Some(Duration::from_secs(5))] {
            let shares = Arc::<SocketShares>::default();
            let taken = fill(&shares, 1000, 1000, age);
            assert!((700..=800).contains(&taken.len()), "{}: a large school is new at nine", taken.len());
            assert_eq!(shares.take(SCHOOL, 999 - taken.len(), owner(5000, age)).err(), Some(Full::Newcomers));
            assert!(shares.take(SCHOOL, 999 - taken.len(), owner(5000, OLD)).is_ok());
        }
    }

    #[test]
    fn a_few_tabs_are_never_refused_and_nothing_is_left_of_who_went() {
        let shares = Arc::<SocketShares>::default();
        let tabs: Vec<_> = (0..TABS).map(|_| shares.take(SCHOOL, 0, owner(1, OLD)).unwrap()).collect();
        assert_eq!(shares.take(SCHOOL, 0, owner(1, OLD)).err(), Some(Full::Session));
        drop(tabs);
        assert!(shares.lock().is_empty());
    }
}
