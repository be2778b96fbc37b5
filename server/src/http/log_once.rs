//! Logs what an operator should know of requests: each thing once.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// How many different things are logged; strangers could send thousands.
const MOST: usize = 20;

/// The things that were logged.
pub(super) struct LogOnce(Mutex<BTreeSet<String>>);

impl LogOnce {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(BTreeSet::new()))
    }

    /// Whether this should be logged: it is new, and not too many were.
    pub(super) fn is_new(&self, what: &str) -> bool {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        said.len() < MOST && said.insert(what.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_is_said_once_and_not_without_end() {
        let notes = LogOnce::new();
        assert!(notes.is_new("a") && !notes.is_new("a") && notes.is_new("b"));
        let more = (0..1000).filter(|number| notes.is_new(&number.to_string())).count();
        assert_eq!(more, MOST - 2);
        assert!(!notes.is_new("a"));
    }
}
