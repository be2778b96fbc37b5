//! Hands what the broker delivers to whom it concerns, in order.

use std::sync::Arc;

use protocol::{Position, wire};
use tokio_util::sync::CancellationToken;
use tungstenite::Utf8Bytes;

use crate::broker::{Deliveries, Delivery, Passing};
use crate::channel::Channel;
use crate::hub::{Hub, Turn};
use crate::presence::Presence;
use crate::{chat, metrics};

/// Deliveries that go out together at most.
const TOGETHER: usize = 512;

/// Runs until the broker ends or `stop` is set. All that has come by the time
/// it looks is one turn: one write for each listener, however many frames. When
/// little comes, each goes out at once; under load, writes are what is saved.
pub(crate) async fn run(mut deliveries: Deliveries, hub: Arc<Hub>, presence: Arc<Presence>, stop: CancellationToken) {
    let mut batch = Vec::with_capacity(TOGETHER);
    loop {
        tokio::select! {
            came = deliveries.recv_many(&mut batch, TOGETHER) => if came == 0 { return },
            () = stop.cancelled() => return,
        }
        let mut turn = hub.turn();
        for delivery in batch.drain(..) {
            hand_over(delivery, &mut turn, &hub, &presence);
        }
    }
}

fn hand_over(delivery: Delivery, turn: &mut Turn<'_>, hub: &Hub, presence: &Presence) {
    match delivery {
        Delivery::Publication { channel, position, frame } => {
            if let Ok(frame) = Utf8Bytes::try_from(frame) {
                observe(&frame);
                turn.publication(&channel, &position, frame);
            }
        }
        Delivery::Passing { channel, passing: Passing::Frame(frame) } => {
            if let Ok(frame) = Utf8Bytes::try_from(frame) {
                turn.broadcast(&channel, &frame);
            }
        }
        Delivery::Passing { channel, passing: Passing::Notice(body) } => presence.on_notice(&channel, &body),
        Delivery::Interrupted => {
            hub.interrupted();
            presence.on_interrupted();
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
    let hot = metrics::hot();
    hot.publications_out.increment(1);
    if let Some(sent_at) = wire::sent_at(frame) {
        let ms = u32::try_from(chat::now_ms().saturating_sub(sent_at)).unwrap_or(u32::MAX);
        hot.publish_to_deliver.record(f64::from(ms) / 1000.0);
    }
}
