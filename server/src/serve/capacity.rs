//! How many connections this process can have: what was asked for, or what the
//! system's limit of open files leaves.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

/// Files that one request over HTTP may have open: its connection, and what it is sent.
pub(super) const FILES_OF_A_REQUEST: u32 = 2;
/// Of the files that may be open, this part is for Redis, SQLite, logs and what is sent away.
const RESERVED_PART: usize = 4;
/// More than that they never need.
const RESERVED_AT_MOST: usize = 1024;

/// How many there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Connections of any kind.
    pub connections: usize,
    /// Files that connections may have open.
    pub files: usize,
    /// Connections of one address or network, for as long as there is a limit.
    pub share: usize,
}

impl Capacity {
    /// As many as come.
    pub const UNBOUNDED: Self = Self { connections: usize::MAX, files: usize::MAX, share: usize::MAX };

    /// The capacity of a process that may open so many files and is to have so many connections.
    pub fn new(connections: usize, open_files: usize) -> Self {
        let reserved = (open_files / RESERVED_PART).min(RESERVED_AT_MOST);
        let files = open_files - reserved;
        let connections = connections.min(files);
        // Whatever one of them does, the others have the other half.
        let share = connections.min(files / FILES_OF_A_REQUEST as usize).div_ceil(2);
        Self { connections, files, share }
    }

    /// Says what is less than was asked for.
    pub fn warn_of_less(&self, connections: usize, per_address: usize, open_files: usize) {
        if self.connections < connections {
            let possible = self.connections;
            warn!(
                "the system lets this node open {open_files} files, so it takes {possible} connections and not \
                 {connections}: raise its limit (`ulimit -Hn`, LimitNOFILE=), or lower --connections"
            );
        }
        if self.share < per_address {
            let share = self.share;
            warn!("one address gets {share} connections and not {per_address}: nobody may have more than half of all");
        }
    }
}

/// Lets this process open as many files as the system allows it; says how many.
pub fn raise_open_files() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        warn!("the limit of open files could not be raised: {error}");
    }
    let allowed = getrlimit(Resource::Nofile).current;
    allowed.and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_stay_below_the_limit_of_files() {
        let capacity = Capacity::new(100_000, 1024);
        assert_eq!(capacity, Capacity { connections: 768, files: 768, share: 192 });
    }

    #[test]
    fn where_files_are_many_what_was_asked_for_holds() {
        let capacity = Capacity::new(100_000, 1_048_576);
        assert_eq!((capacity.connections, capacity.share), (100_000, 50_000));
        assert_eq!(Capacity::new(100, usize::MAX).connections, 100);
    }

    #[test]
    fn the_smallest_node_still_serves_somebody() {
        assert_eq!(Capacity::new(1, 1024).share, 1);
    }
}
