//! Who the client is: the session of a token, and the name that the person has now.

use std::sync::Arc;

use protocol::{Member, RoomId, SessionToken};
use realtime::channel::Channel;

use super::{RoomHandler, TokenState};

impl RoomHandler {
    /// Takes over the session of a token, unless the session is settled. An invalid token changes nothing;
    /// `joined` tells who the client is.
    pub(super) fn authenticate(&mut self, token: Option<&SessionToken>) {
        if self.token_state == TokenState::Settled {
            return;
        }
        if let Some(visit) = token.and_then(|token| self.service.sessions.visit_with(token)) {
            self.member = Arc::new(visit.member);
            self.meter.change_payer();
            self.token_state = if visit.is_due { TokenState::Open } else { TokenState::Brought };
        }
    }

    /// Takes over a name that this person was given in another tab or on another node.
    pub(super) fn learn_name(&mut self) {
        let renames = self.service.presence.renames();
        if std::mem::replace(&mut self.renames, renames) == renames {
            return;
        }
        let name = |room: &RoomId| self.service.presence.name_in(&Channel::Room(room.clone()), &self.member.id);
        if let Some(name) = self.subscriptions.latest().and_then(name)
            && name != self.member.name
        {
            self.member = Arc::new(Member { id: self.member.id.clone(), name });
        }
    }
}
