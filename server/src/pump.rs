//! Hands what the broker delivers to whom it concerns, in order.

use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use protocol::{Position, wire};
use tokio_util::sync::CancellationToken;

use crate::broker::{Deliveries, Delivery, Passing};
use crate::channel::Channel;
use crate::hub::Hub;
use crate::presence::Presence;
use crate::{chat, metrics};

/// Runs until the broker ends or `stop` is set.
pub(crate) async fn run(mut deliveries: Deliveries, hub: Arc<Hub>, presence: Arc<Presence>, stop: CancellationToken) {
    loop {
        let delivery = tokio::select! {
            delivery = deliveries.recv() => delivery,
            () = stop.cancelled() => return,
        };
        match delivery {
            None => return,
            Some(Delivery::Publication { channel, position, frame }) => {
                let Ok(frame) = Utf8Bytes::try_from(frame) else { continue };
                observe(&frame);
                hub.publication(&channel, &position, frame);
            }
            Some(Delivery::Passing { channel, passing: Passing::Frame(frame) }) => {
                if let Ok(frame) = Utf8Bytes::try_from(frame) {
                    hub.broadcast(&channel, &frame);
                }
            }
            Some(Delivery::Passing { channel, passing: Passing::Notice(body) }) => presence.on_notice(&channel, &body),
            Some(Delivery::Interrupted) => {
                hub.interrupted();
                presence.on_interrupted();
            }
        }
    }
}

/// Gives a change of people to everybody in the channel on this node.
pub(crate) fn tell(hub: &Hub, channel: &Channel, presence: protocol::Presence) {
    let frame = wire::encode_server(&protocol::ServerMessage::Presence(presence));
    hub.broadcast(channel, &frame.into());
}

/// Spells the frame that says under which epoch a room's log goes on.
pub(crate) fn renamed(channel: &Channel, position: &Position) -> Utf8Bytes {
    let renamed = protocol::Renamed { room_id: channel.room().clone(), position: position.clone() };
    wire::encode_server(&protocol::ServerMessage::Position(renamed)).into()
}

/// Spells the frame that says whether a room's log is reached.
pub(crate) fn reach(channel: &Channel, reachable: bool) -> Utf8Bytes {
    let reach = protocol::Reach { room_id: channel.room().clone(), reachable };
    wire::encode_server(&protocol::ServerMessage::Reach(reach)).into()
}

fn observe(frame: &str) {
    ::metrics::counter!(metrics::PUBLICATIONS_OUT).increment(1);
    if let Some(sent_at) = wire::sent_at(frame) {
        let ms = u32::try_from(chat::now_ms().saturating_sub(sent_at)).unwrap_or(u32::MAX);
        ::metrics::histogram!(metrics::PUBLISH_TO_DELIVER).record(f64::from(ms) / 1000.0);
    }
}
