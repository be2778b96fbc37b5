//! How many connections this process can have: the configured number, or what the limit of open files leaves.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

/// Files that one HTTP request may open: its connection, and the file that is sent.
pub(super) const FILES_OF_A_REQUEST: u32 = 2;
/// One in so many files is reserved for Redis, SQLite, logs and connections that are being refused.
const RESERVED_PART: usize = 4;
/// The most files that are reserved, however many the system allows.
const RESERVED_AT_MOST: usize = 1024;

/// The limits on connections and files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// The most connections, HTTP and WebSockets together.
    pub connections: usize,
    /// Files that connections may have open.
    pub files: usize,
    /// Connections of one address or network, if addresses are limited at all.
    pub share: usize,
}

impl Capacity {
    /// A capacity without limits, for tests.
    pub const UNBOUNDED: Self = Self { connections: usize::MAX, files: usize::MAX, share: usize::MAX };

    /// The capacity for a configured number of connections and a limit of open files.
    pub fn new(connections: usize, open_files: usize) -> Self {
        let reserved = (open_files / RESERVED_PART).min(RESERVED_AT_MOST);
        let files = open_files - reserved;
        let connections = connections.min(files);
        // Whatever one network does, the other half is left to the others.
        let share = connections.min(files / FILES_OF_A_REQUEST as usize).div_ceil(2);
        Self { connections, files, share }
    }

    /// Warns when the capacity is less than configured.
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

/// Raises this process's limit of open files as far as the system allows; returns it.
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
