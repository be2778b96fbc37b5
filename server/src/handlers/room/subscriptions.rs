//! The rooms that one connection is in.

use protocol::RoomId;
use realtime::hub::SubscriptionId;

/// The rooms of a connection, the one joined last at the end. Hardly ever more than one, so a list
/// is the smallest form.
#[derive(Default)]
pub(super) struct Subscriptions(Vec<(RoomId, SubscriptionId)>);

impl Subscriptions {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn contains(&self, room: &RoomId) -> bool {
        self.0.iter().any(|(one, _)| one == room)
    }

    /// Adds a room; returns its earlier subscription, if there is one.
    pub(super) fn insert(&mut self, room: RoomId, subscription: SubscriptionId) -> Option<SubscriptionId> {
        let earlier = self.remove(&room);
        self.0.reserve_exact(1);
        self.0.push((room, subscription));
        earlier
    }

    pub(super) fn remove(&mut self, room: &RoomId) -> Option<SubscriptionId> {
        let at = self.0.iter().position(|(one, _)| one == room)?;
        Some(self.0.remove(at).1)
    }

    pub(super) fn latest(&self) -> Option<&RoomId> {
        self.0.last().map(|(room, _)| room)
    }

    pub(super) fn take(&mut self) -> impl Iterator<Item = (RoomId, SubscriptionId)> + use<> {
        std::mem::take(&mut self.0).into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_without_a_room_goes_to_the_one_joined_last() {
        let [a, b] = ["a", "b"].map(|id| RoomId::parse(id).unwrap());
        let mut subscriptions = Subscriptions::default();
        subscriptions.insert(a.clone(), SubscriptionId(1));
        subscriptions.insert(b.clone(), SubscriptionId(2));
        assert_eq!(subscriptions.latest(), Some(&b));
        assert_eq!(subscriptions.insert(a.clone(), SubscriptionId(3)), Some(SubscriptionId(1)));
        assert_eq!(subscriptions.latest(), Some(&a));
        subscriptions.remove(&a);
        assert_eq!(subscriptions.latest(), Some(&b));
    }
}
