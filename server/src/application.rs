//! What runs on the channels: rooms and games, as the realtime core calls them. Spells the frames that the
//! core does not know.

use std::sync::Arc;

use protocol::game::GameServerMessage;
use protocol::game::frame::Availability;
use protocol::{Member, Position, ServerMessage, wire};
use realtime::Application;
use realtime::channel::Channel;
use realtime::event::EventHeader;
use realtime::hub::{ControlFrames, Hub};
use realtime::presence::Presence;
use storage::clock;
use tungstenite::Utf8Bytes;

use crate::games::LocalGames;
use crate::metrics;
use crate::rooms::namesake::namesakes;
use crate::ws::Connections;

/// Rooms and games on this node.
pub(crate) struct RoomsAndGames {
    pub(crate) presence: Arc<Presence>,
    pub(crate) games: Arc<LocalGames>,
    pub(crate) connections: Arc<Connections>,
}

impl Application for RoomsAndGames {
    fn on_notice(&self, channel: &Channel, notice: &[u8]) {
        self.games.on_notice(channel, notice);
    }

    /// Tells somebody who has a new name of members with a similar one.
    fn on_renamed(&self, member: &Member) {
        for namesake in namesakes(&self.presence, member) {
            self.connections.send_in_rooms(&member.id, &wire::encode_server(&ServerMessage::Namesake(namesake)));
        }
    }

    fn on_delivered(&self, publications: &[(Channel, Option<EventHeader>)]) {
        for (channel, header) in publications {
            if let Some(header) = header {
                let ms = u32::try_from(clock::now_ms().saturating_sub(header.time())).unwrap_or(u32::MAX);
                metrics::hot().publish_to_deliver.record(f64::from(ms) / 1000.0);
            }
            if let Channel::Game(_) = channel {
                self.games.stepped(channel);
            }
        }
    }

    fn on_interrupted(&self) {
        self.games.interrupted();
    }
}

/// What the hub asks about frames.
pub(crate) const CONTROL_FRAMES: ControlFrames =
    ControlFrames { renamed, availability, is_whole: wire::is_json, erases: wire::is_deletion };

/// Sends a change of presence to all clients in the room on this node. For a game, its keeper
/// decides who is told.
pub(crate) fn publish_presence(hub: &Hub, games: &LocalGames, channel: &Channel, presence: protocol::Presence) {
    if let Channel::Game(_) = channel {
        return games.people_changed(channel);
    }
    let frame = wire::encode_server(&ServerMessage::Presence(presence));
    hub.broadcast(channel, &frame.into());
}

/// Builds the frame that tells a log's new epoch. Clients of a game know no positions: they are told that
/// its log is available.
fn renamed(channel: &Channel, position: &Position) -> Utf8Bytes {
    if let Channel::Game(_) = channel {
        return availability(channel, true);
    }
    let new_epoch = protocol::NewEpoch { room_id: channel.room(), position: position.clone() };
    wire::encode_server(&ServerMessage::Position(new_epoch)).into()
}

/// Builds the frame that tells whether a room's or a game's log is available.
fn availability(channel: &Channel, available: bool) -> Utf8Bytes {
    match channel {
        Channel::Game(_) => {
            wire::encode_game_server(&GameServerMessage::Availability(Availability { available })).into()
        }
        Channel::Room(_) | Channel::Nodes => {
            let availability = protocol::Availability { room_id: channel.room(), available };
            wire::encode_server(&ServerMessage::Availability(availability)).into()
        }
    }
}
