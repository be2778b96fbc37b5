//! What must hold for any list of servers and any answer of a cluster, checked by `cargo fuzz` (see `fuzz/`).

use super::*;
use crate::redis::servers::Servers;

/// Stands in for a password, so that it is found wherever one is shown.
const PASSWORD: &str = "correct-horse";

/// Parses a list of servers. A `*` before an `@` is the password in it, which no error shows.
pub(crate) fn check_servers(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // The fuzzer sees what is searched for, and tries it as a host, also in two lines, which the parser joins.
    let is_tried = text.replace(char::is_control, "").contains(PASSWORD);
    let has_password = text.contains("*@") && !is_tried;
    let text = text.replace("*@", &format!(":{PASSWORD}@"));
    let told = match Servers::parse(&text) {
        Err(error) => format!("{error} {error:?}"),
        Ok(servers) => {
            assert!(!servers.addresses.is_empty());
            for (at, address) in servers.addresses.iter().enumerate() {
                assert!(!servers.addresses[..at].contains(address), "{address} twice");
            }
            servers.addresses.iter().map(ToString::to_string).collect()
        }
    };
    // The name of a socket's file is no secret.
    let is_secret = has_password && !text.to_ascii_lowercase().contains("unix");
    assert!(!is_secret || !told.contains(PASSWORD), "{told}");
}

/// Parses an answer of `CLUSTER SLOTS` as Redis sends it: each slot has a master that is in the list, or none.
pub(crate) fn check_slots(data: &[u8]) {
    let Some(address) = Servers::parse("redis-cluster://asked:7000").ok().and_then(|mut one| one.addresses.pop())
    else {
        return;
    };
    let Some(slots) = redis::parse_redis_value(data).ok().and_then(|answer| Slots::parse(&answer, &address)) else {
        return;
    };
    let owned = (0..SLOTS).filter(|slot| slots.owner(*slot).is_some_and(|at| at < slots.masters().len())).count();
    let known = (0..SLOTS).filter(|slot| slots.owner(*slot).is_some()).count();
    assert_eq!(owned, known, "{slots:?}");
    assert!(owned <= slots.covered(), "{slots:?}");
    assert!(slots.masters().iter().all(|master| !master.to_string().is_empty()));
}
