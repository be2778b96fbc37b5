//! The checks of `cargo fuzz` for what comes from Redis and for the operator's list of servers.

use super::connection::fuzzing::check;
use super::slots::fuzzing::{check_servers, check_slots};

/// Decodes an answer of Redis.
pub(crate) fn resp(data: &[u8]) {
    check(data);
}

/// Parses a list of servers, and an answer of `CLUSTER SLOTS`.
pub(crate) fn servers(data: &[u8]) {
    check_servers(data);
    check_slots(data);
}
