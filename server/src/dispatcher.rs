//! The loop that hands each delivery of the broker to hub, presence, games or connections, in order.

use std::sync::Arc;

use protocol::game::GameServerMessage;
use protocol::game::frame::Availability;
use protocol::{Member, Position, ServerMessage, wire};
use tokio_util::sync::CancellationToken;
use tungstenite::Utf8Bytes;

use crate::broker::{Deliveries, Delivery, Ephemeral};
use crate::channel::Channel;
use crate::games::LocalGames;
use crate::hub::{Batch, Hub};
use crate::presence::Presence;
use crate::ws::Connections;
use crate::{clock, metrics};

/// The most deliveries in one batch.
const TOGETHER: usize = 512;

/// The parts of a node that take deliveries.
pub(crate) struct Recipients {
    /// Takes publications and frames for clients.
    pub(crate) hub: Arc<Hub>,
    /// Takes changes of presence.
    pub(crate) presence: Arc<Presence>,
    /// Takes notices for games.
    pub(crate) games: Arc<LocalGames>,
    /// Takes notices about persons.
    pub(crate) connections: Arc<Connections>,
}

/// Runs until the broker ends or `stop` is set. All deliveries that wait are one batch: one write for each
/// listener, however many frames. When few come, each goes out at once; under load, writes are what is saved.
pub(crate) async fn run(mut deliveries: Deliveries, to: Recipients, stop: CancellationToken) {
    let Recipients { hub, presence, games, connections } = to;
    let mut renamed = Vec::new();
    let (mut stepped, mut delivered) = (Vec::new(), Vec::new());
    let mut waiting = Vec::with_capacity(TOGETHER);
    loop {
        tokio::select! {
            // The stop first: it must not wait until no more deliveries come.
            biased;
            () = stop.cancelled() => return,
            came = deliveries.recv_many(&mut waiting, TOGETHER) => if came == 0 { return },
        }
        let mut batch = hub.batch();
        for delivery in waiting.drain(..) {
            if let Delivery::Publication { channel: channel @ Channel::Game(_), .. } = &delivery {
                stepped.push(channel.clone());
            }
            if let Delivery::Ephemeral { channel: Channel::Nodes, ephemeral: Ephemeral::Notice(body) } = &delivery {
                renamed.extend(std::str::from_utf8(body).ok().and_then(wire::decode::<Member>));
            }
            delivered.extend(dispatch(delivery, &mut batch, &hub, &presence, &games));
        }
        // Keepers send more about a game than its frame: after it.
        drop(batch);
        delivered.drain(..).for_each(|frame: Utf8Bytes| observe(&frame));
        stepped.drain(..).for_each(|channel| games.stepped(&channel));
        renamed.drain(..).for_each(|member| notify_namesakes(&presence, &connections, &member));
    }
}

/// Hands one delivery over; returns the frame of a publication.
fn dispatch(
    delivery: Delivery,
    batch: &mut Batch<'_>,
    hub: &Hub,
    presence: &Presence,
    games: &LocalGames,
) -> Option<Utf8Bytes> {
    match delivery {
        Delivery::Publication { channel, position, frame } => {
            let frame = Utf8Bytes::try_from(frame).ok()?;
            batch.publication(&channel, &position, frame.clone());
            return Some(frame);
        }
        Delivery::Ephemeral { channel, ephemeral: Ephemeral::Frame(frame) } => {
            if let Ok(frame) = Utf8Bytes::try_from(frame) {
                batch.broadcast(&channel, &frame);
            }
        }
        Delivery::Ephemeral { channel, ephemeral: Ephemeral::Notice(body) } => {
            presence.on_notice(&channel, &body);
            games.on_notice(&channel, &body);
        }
        Delivery::Interrupted => {
            hub.interrupted();
            presence.on_interrupted();
            games.interrupted();
        }
    }
    None
}

/// Tells somebody who has a new name of members with a similar one.
fn notify_namesakes(presence: &Presence, connections: &Connections, member: &Member) {
    for namesake in presence.namesakes(member) {
        connections.send_in_rooms(&member.id, &wire::encode_server(&ServerMessage::Namesake(namesake)));
    }
}

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
pub(crate) fn renamed(channel: &Channel, position: &Position) -> Utf8Bytes {
    if let Channel::Game(_) = channel {
        return availability(channel, true);
    }
    let renamed = protocol::Renamed { room_id: channel.room(), position: position.clone() };
    wire::encode_server(&ServerMessage::Position(renamed)).into()
}

/// Builds the frame that tells whether a room's or a game's log is available.
pub(crate) fn availability(channel: &Channel, available: bool) -> Utf8Bytes {
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

fn observe(frame: &str) {
    let hot = metrics::hot();
    hot.publications_out.increment(1);
    if let Some(sent_at) = wire::sent_at(frame) {
        let ms = u32::try_from(clock::now_ms().saturating_sub(sent_at)).unwrap_or(u32::MAX);
        hot.publish_to_deliver.record(f64::from(ms) / 1000.0);
    }
}
