//! The metrics of the core; the server describes them.

use std::sync::OnceLock;

use metrics::Counter;

/// Publications that were delivered to this node.
pub const PUBLICATIONS_OUT: &str = "hubbub_publications_out_total";
/// How often this node could not keep up with the deliveries of its broker: some were dropped, and every
/// channel was compared with its log.
pub const DELIVERIES_INTERRUPTED: &str = "hubbub_deliveries_interrupted_total";

/// Counts publications: the counter is looked up once, not by name for each message. The recorder
/// must be installed before.
pub(crate) fn count_publications(count: usize) {
    static OUT: OnceLock<Counter> = OnceLock::new();
    OUT.get_or_init(|| metrics::counter!(PUBLICATIONS_OUT)).increment(count as u64);
}
