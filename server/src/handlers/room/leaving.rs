//! Leaving rooms: by a frame, because a join failed, or because the connection has closed.

use protocol::RoomId;
use realtime::channel::Channel;
use realtime::presence::Departure;

use super::RoomHandler;

impl RoomHandler {
    pub(super) fn leave(&mut self, room: &RoomId) {
        self.service.games.unregister_class_listener(room, &self.outbox);
        if let Some(subscription) = self.subscriptions.remove(room) {
            let channel = Channel::Room(room.clone());
            self.service.hub.leave(&channel, subscription);
            self.service.presence.leave(&channel, &self.member.id, Departure::Clean);
        }
    }

    /// Ends the subscription. Without `has_entered`, presence is left alone: it may be that of another
    /// tab of this person.
    pub(super) fn unsubscribe(&mut self, room: &RoomId, has_entered: bool) {
        if has_entered {
            return self.leave(room);
        }
        self.service.games.unregister_class_listener(room, &self.outbox);
        if let Some(subscription) = self.subscriptions.remove(room) {
            self.service.hub.leave(&Channel::Room(room.clone()), subscription);
        }
    }

    pub(super) fn leave_all(&mut self, departure: Departure) {
        for (room, subscription) in self.subscriptions.take() {
            self.service.games.unregister_class_listener(&room, &self.outbox);
            let channel = Channel::Room(room);
            self.service.hub.leave(&channel, subscription);
            self.service.presence.leave(&channel, &self.member.id, departure);
        }
    }
}
