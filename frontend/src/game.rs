//! The transport of a game: its driver, and the storage of an answer without a result.

use std::convert::Infallible;

use app::transport::Transport;
use client::game::{Effect, Entry, Event, GameClient, GameOptions, GameProtocol};
use futures::channel::mpsc::{self, UnboundedReceiver, UnboundedSender};
use leptos::prelude::lazy;
use wasm_bindgen_futures::spawn_local;

use crate::driver::{Driver, Effects};
use crate::storage::AnswerStorage;

/// Opens a transport; see [`app::transport::game::GameConnector::open`].
pub(crate) fn open(options: GameOptions) -> Transport<GameProtocol> {
    let (commands, requests) = mpsc::unbounded();
    let (emit, events) = mpsc::unbounded();
    spawn_local(drive(options, emit, requests));
    Transport { commands, events }
}

/// Loaded lazily, so that a room does not load what only games need.
#[lazy]
async fn drive(
    mut options: GameOptions,
    emit: UnboundedSender<Event>,
    requests: UnboundedReceiver<client::game::Command>,
) {
    let storage = AnswerStorage::of(&options.pin);
    if matches!(options.entry, Entry::Player { .. }) {
        options.pending_answer = storage.load();
    }
    Driver { connection: GameClient::new(options), effects: storage, emit }.run(requests, None).await;
}

impl Effects<GameProtocol> for AnswerStorage {
    fn carry_out(&mut self, effect: Effect, _: &UnboundedSender<Infallible>) {
        match effect {
            Effect::StoreAnswer(answer) => self.store(answer.as_ref()),
        }
    }
}
