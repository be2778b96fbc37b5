//! The transport of a room: its driver, the storage of what is unsent, and the loading of pages.

use app::transport::Transport;
use client::Input;
use client::room::{Effect, EffectResult, RoomClient, RoomOptions, RoomProtocol};
use futures::channel::mpsc::{self, UnboundedSender};
use futures::future::{AbortHandle, abortable};
use protocol::{RoomId, UserId};
use wasm_bindgen_futures::spawn_local;

use crate::driver::{Driver, Effects};
use crate::storage::UnsentStorage;

/// Opens a transport; see [`app::transport::room::RoomConnector::open`].
pub(crate) fn open(person: &UserId, mut options: RoomOptions) -> Transport<RoomProtocol> {
    let (commands, requests) = mpsc::unbounded();
    let (emit, events) = mpsc::unbounded();
    let (storage, left) = UnsentStorage::open(person, &options.room_id);
    options.unsent.extend(left);
    let effects = RoomEffects { room_id: options.room_id.clone(), storage, loading: None };
    let driver = Driver { connection: RoomClient::new(options), effects, emit };
    spawn_local(driver.run(requests, Some(Input::Start)));
    Transport { commands, events }
}

struct RoomEffects {
    room_id: RoomId,
    storage: UnsentStorage,
    /// The load that is under way; a later one replaces it.
    loading: Option<AbortHandle>,
}

impl Effects<RoomProtocol> for RoomEffects {
    fn carry_out(&mut self, effect: Effect, results: &UnboundedSender<EffectResult>) {
        match effect {
            Effect::LoadHistory => self.load(results.clone()),
            Effect::StoreUnsent(unsent) => self.storage.store(unsent),
        }
    }
}

impl RoomEffects {
    /// Replaces a load that is under way. The result of an earlier one that had come just before does no harm: the
    /// client checks whether a page joins what it shows.
    fn load(&mut self, results: UnboundedSender<EffectResult>) {
        self.stop_loading();
        let room_id = self.room_id.clone();
        let (load, handle) = abortable(async move {
            let page = app::api::history(room_id, None, None).await.ok();
            // The task may have ended.
            drop(results.unbounded_send(page.map_or(EffectResult::HistoryFailed, EffectResult::HistoryLoaded)));
        });
        self.loading = Some(handle);
        spawn_local(async move {
            let _ = load.await;
        });
    }

    fn stop_loading(&mut self) {
        if let Some(loading) = self.loading.take() {
            loading.abort();
        }
    }
}

impl Drop for RoomEffects {
    fn drop(&mut self) {
        self.stop_loading();
    }
}
