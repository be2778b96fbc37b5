//! Which master of a Redis Cluster serves which slot, as `CLUSTER SLOTS` tells it.

use redis::Value;

use super::placement::{SLOTS, slot_of};
use super::servers::Address;

#[cfg(any(test, fuzzing))]
pub(super) mod fuzzing;

/// Which master serves which slot.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Slots {
    masters: Vec<Address>,
    /// First slot, last slot, index into the masters; sorted, without overlap.
    ranges: Vec<(u16, u16, usize)>,
}

impl Slots {
    /// Parses the answer of `CLUSTER SLOTS` by the node `asked`; `None` if it assigns no slot.
    pub(super) fn parse(answer: &Value, asked: &Address) -> Option<Self> {
        let (mut masters, mut ranges) = (Vec::new(), Vec::new());
        for range in answer.as_sequence()? {
            let [first, last, master, ..] = range.as_sequence()? else { return None };
            let [host, port, ..] = master.as_sequence()? else { return None };
            let host = redis::from_redis_value_ref::<Option<String>>(host).ok()?;
            let slot = |value| redis::from_redis_value_ref::<u16>(value).ok();
            // A node that does not know its own address leaves the host empty.
            let master = asked.sibling(host.as_deref().filter(|host| !host.is_empty() && *host != "?"), slot(port)?);
            let at = masters.iter().position(|known| *known == master).unwrap_or_else(|| {
                masters.push(master);
                masters.len() - 1
            });
            ranges.push((slot(first)?, slot(last)?, at));
        }
        ranges.sort_unstable();
        (!ranges.is_empty()).then_some(Self { masters, ranges })
    }

    /// The number of slots that have a master.
    pub(super) fn covered(&self) -> usize {
        self.ranges.iter().map(|(first, last, _)| usize::from(last.saturating_sub(*first)) + 1).sum()
    }

    pub(super) fn masters(&self) -> &[Address] {
        &self.masters
    }

    /// The master of a slot, as an index into [`Self::masters`].
    pub(super) fn owner(&self, slot: u16) -> Option<usize> {
        let at = self.ranges.partition_point(|(_, last, _)| *last < slot);
        self.ranges.get(at).filter(|(first, _, _)| *first <= slot).map(|(_, _, owner)| *owner)
    }

    /// A name that begins with `prefix` and hashes to a slot of the master `at`.
    pub(super) fn name_at(&self, at: usize, prefix: &str) -> String {
        let mut names = (0..u32::from(SLOTS) * 8).map(|n| format!("{prefix}:{n}"));
        names.find(|name| self.owner(slot_of(name)) == Some(at)).unwrap_or_else(|| prefix.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redis::servers::Servers;

    fn text(text: &str) -> Value {
        Value::BulkString(text.into())
    }

    fn range(first: i64, last: i64, host: &str, port: i64) -> Value {
        let node = |port| Value::Array(vec![text(host), Value::Int(port), text("id"), Value::Array(vec![])]);
        Value::Array(vec![Value::Int(first), Value::Int(last), node(port), node(port + 3)])
    }

    fn slots(ranges: Vec<Value>) -> Option<Slots> {
        let asked = Servers::parse("redis-cluster://:secret@asked:7000").unwrap().addresses.remove(0);
        Slots::parse(&Value::Array(ranges), &asked)
    }

    #[test]
    fn each_slot_has_the_master_that_is_told_first() {
        let slots = slots(vec![
            range(10_923, 16_383, "c", 7002),
            range(0, 100, "a", 7000),
            range(200, 5460, "a", 7000),
            range(5461, 10_922, "", 7001),
        ])
        .unwrap();
        let owner = |slot| slots.owner(slot).map(|at| slots.masters()[at].to_string());
        assert_eq!(owner(0).as_deref(), Some("a:7000"));
        assert_eq!(owner(150), None);
        assert_eq!(owner(200).as_deref(), Some("a:7000"));
        assert_eq!(owner(5461).as_deref(), Some("asked:7001"), "a node without a name is where we asked");
        assert_eq!(owner(16_383).as_deref(), Some("c:7002"));
        assert_eq!(slots.masters().len(), 3);
        for at in 0..3 {
            assert_eq!(slots.owner(slot_of(&slots.name_at(at, "hubbub:probe:x"))), Some(at));
        }
    }

    #[test]
    fn an_answer_that_says_nothing_changes_nothing() {
        assert_eq!(slots(vec![]), None);
        assert_eq!(slots(vec![Value::Nil]), None);
    }
}
