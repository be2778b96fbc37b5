//! The loop that hands each delivery of the broker to hub, presence and the application, in order.

use std::sync::Arc;

use bytes::Bytes;
use protocol::Member;
use tokio_util::sync::CancellationToken;
use tracing::warn;
use tungstenite::Utf8Bytes;

use crate::broker::{Deliveries, Delivery, Ephemeral};
use crate::channel::Channel;
use crate::event::EventHeader;
use crate::hub::{Batch, Hub};
use crate::metrics;
use crate::notice::Notice;
use crate::presence::Presence;

/// The most deliveries in one batch.
const TOGETHER: usize = 512;

/// What the channels are used for: is told what this crate cannot understand. Nothing here may block; it is
/// called on the loop that all deliveries of the node pass.
pub trait Application: Send + Sync {
    /// Takes a notice of another node, or of this one.
    fn on_notice(&self, channel: &Channel, notice: &[u8]);

    /// Somebody has a new name in all channels; presence knows it already. Called after the batch.
    fn on_renamed(&self, member: &Member);

    /// Publications with these headers were handed to the listeners on this node, in this
    /// order. Called after the batch.
    fn on_delivered(&self, publications: &[(Channel, Option<EventHeader>)]);

    /// Notices may have been lost.
    fn on_interrupted(&self);
}

/// The parts of a node that take deliveries.
pub struct Dispatcher {
    /// Takes publications and frames for clients.
    pub hub: Arc<Hub>,
    /// Takes the notices about who came, who left and who has a new name.
    pub presence: Arc<Presence>,
    /// Takes what only the application understands.
    pub application: Arc<dyn Application>,
}

/// What is done when the batch has gone out.
#[derive(Default)]
struct Afterwards {
    delivered: Vec<(Channel, Option<EventHeader>)>,
    renamed: Vec<Member>,
}

impl Dispatcher {
    /// Runs until the broker ends or `stop` is set. All deliveries that wait are one batch: one write for each
    /// listener, however many frames. When few come, each goes out at once; under load, writes
    /// are what is saved.
    pub async fn run(self, mut deliveries: Deliveries, stop: CancellationToken) {
        let mut waiting = Vec::with_capacity(TOGETHER);
        let mut afterwards = Afterwards::default();
        loop {
            tokio::select! {
                // The stop first: it must not wait until no more deliveries come.
                biased;
                () = stop.cancelled() => return,
                came = deliveries.recv_many(&mut waiting, TOGETHER) => if came == 0 { return },
            }
            let mut batch = self.hub.batch();
            for delivery in waiting.drain(..) {
                self.dispatch(delivery, &mut batch, &mut afterwards);
            }
            // The application may send more about a publication than its frame: after it.
            drop(batch);
            self.finish(&mut afterwards);
        }
    }

    fn dispatch(&self, delivery: Delivery, batch: &mut Batch<'_>, afterwards: &mut Afterwards) {
        match delivery {
            Delivery::Publication { channel, position, header, frame } => match Utf8Bytes::try_from(frame) {
                Ok(frame) => {
                    batch.publication(&channel, &position, frame);
                    afterwards.delivered.push((channel, header));
                }
                // The log may have it whole. If not, the hub goes on behind it; otherwise it would miss this one
                // only when the next comes.
                Err(_) => {
                    warn!(%channel, "a publication was delivered damaged; its log is read");
                    self.hub.compare(&channel);
                }
            },
            Delivery::Ephemeral { channel, ephemeral: Ephemeral::Frame(frame) } => {
                if let Ok(frame) = Utf8Bytes::try_from(frame) {
                    batch.broadcast(&channel, &frame);
                }
            }
            Delivery::Ephemeral { channel, ephemeral: Ephemeral::Notice(body) } => {
                self.notice(&channel, body, afterwards);
            }
            Delivery::Interrupted => {
                self.hub.interrupted();
                self.presence.on_interrupted();
                self.application.on_interrupted();
            }
        }
    }

    fn notice(&self, channel: &Channel, body: Bytes, afterwards: &mut Afterwards) {
        match Notice::parse(channel, body) {
            Some(Notice::Presence(change)) => self.presence.on_change(channel, change),
            Some(Notice::Renamed(member)) => {
                self.presence.rename(&member);
                afterwards.renamed.push(member);
            }
            Some(Notice::Application(notice)) => self.application.on_notice(channel, &notice),
            None => {}
        }
    }

    fn finish(&self, afterwards: &mut Afterwards) {
        if !afterwards.delivered.is_empty() {
            metrics::count_publications(afterwards.delivered.len());
            self.application.on_delivered(&afterwards.delivered);
            afterwards.delivered.clear();
        }
        afterwards.renamed.drain(..).for_each(|member| self.application.on_renamed(&member));
    }
}
