//! What `cargo fuzz` feeds (see `fuzz/`), and the tests that replay what it found. Only tests and fuzzing builds
//! have this module. Each check stands beside what it checks, in a module `fuzzing`, to see its private parts.

/// Bytes of a Redis server.
pub fn resp(data: &[u8]) {
    crate::redis::fuzzing::resp(data);
}

/// The operator's list of Redis servers, and a cluster's answer about its slots.
pub fn servers(data: &[u8]) {
    crate::redis::fuzzing::servers(data);
}

#[cfg(test)]
#[path = "../../../fuzz/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    use super::replay::replay;
    use super::*;

    #[test]
    fn answers_of_redis_are_decoded_as_before() {
        replay("resp", resp);
    }

    #[test]
    fn lists_of_servers_are_parsed_as_before() {
        replay("servers", servers);
    }
}
