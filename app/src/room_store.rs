//! The store of a room's page: the state of [`crate::state`] in signals, changed by the
//! events of a [`Transport`](crate::transport::Transport).
//!
//! On the server nothing changes: there is no connector, and effects do not run.

use std::time::Duration;

use client::Status;
use client::room::{Command, Event, RoomOptions, Unsent};
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender};
use leptos::prelude::*;
use leptos::reactive::spawn_local_scoped_with_cancellation;
use leptos::task::spawn_local;
use protocol::limits;
use protocol::{HistoryPage, MessageId, Namesake, RoomId};

use crate::api::{self, RoomPage};
use crate::boxed_view::early_effect;
use crate::connect_blocker;
use crate::state::{ConnectionStatus, FirstConnects, Log, People};
use crate::transport::room::RoomConnector;
use crate::unread;

/// The state of a room's page in signals.
#[derive(Clone, Copy)]
pub(crate) struct RoomStore {
    /// The messages that are shown.
    pub(crate) log: RwSignal<Log>,
    /// The members who are shown.
    pub(crate) people: RwSignal<People>,
    /// What people are told about the connection.
    pub(crate) connection_status: RwSignal<ConnectionStatus>,
    /// The server's last refusal, as a sentence.
    pub(crate) last_error: RwSignal<Option<String>>,
    /// Another member whose name is the reader's, or looks the same.
    pub(crate) namesake: RwSignal<Option<Namesake>>,
    /// The state of loading earlier messages.
    pub(crate) earlier: RwSignal<Reading>,
    /// The state of loading later ones, if a link led far back.
    pub(crate) later: RwSignal<Reading>,
    /// The offset of the message that a link named.
    pub(crate) linked: Option<u64>,
    /// Notified when the reader has sent something.
    pub(crate) sent: RwSignal<()>,
    room: StoredValue<RoomId>,
    commands: StoredValue<Option<UnboundedSender<Command>>>,
    connector: Option<RoomConnector>,
    tries: StoredValue<FirstConnects>,
}

/// The state of loading messages that are not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// No request for messages is under way.
    Resting,
    /// A page is being loaded.
    Coming,
    /// The page could not be loaded.
    Failed,
}

impl RoomStore {
    /// Begins with the page's state, and connects if there is a connector.
    pub(crate) fn begin(page: RoomPage) -> Self {
        let RoomPage { viewer, preview, history, linked, namesake, .. } = page;
        let position = history.position.clone();
        let store = Self {
            log: RwSignal::new(Log::new(viewer.id.clone(), history)),
            people: RwSignal::new(People::new(
                preview.room_id.clone(),
                viewer.id.clone(),
                preview.members,
                preview.member_count,
            )),
            connection_status: RwSignal::new(ConnectionStatus::Connecting),
            last_error: RwSignal::new(None),
            namesake: RwSignal::new(namesake),
            earlier: RwSignal::new(Reading::Resting),
            later: RwSignal::new(Reading::Resting),
            linked,
            sent: RwSignal::new(()),
            room: StoredValue::new(preview.room_id.clone()),
            commands: StoredValue::new(None),
            connector: use_context::<RoomConnector>(),
            tries: StoredValue::new(FirstConnects::default()),
        };
        unread::follow(store.log);
        early_effect(move || {
            let Some(connector) = store.connector else { return };
            let options =
                RoomOptions { room_id: preview.room_id.clone(), position: Some(position.clone()), unsent: Vec::new() };
            let transport = (connector.open)(&viewer.id, options);
            store.commands.set_value(Some(transport.commands));
            spawn_local_scoped_with_cancellation(store.listen(connector, transport.events));
        });
        store
    }

    /// The id of the room that the page shows.
    pub(crate) fn room(self) -> RoomId {
        self.room.get_value()
    }

    /// Sends a message; true if there was anything to send.
    pub(crate) fn say(self, text: &str) -> bool {
        let Some(connector) = self.connector.filter(|_| !text.trim().is_empty()) else { return false };
        let id = (connector.message_id)();
        self.command(Command::Say(Unsent::new(id, text.to_owned(), (connector.now_ms)())));
        self.load_newest();
        self.sent.set(());
        true
    }

    /// Now by the page's clock, or the server's while it renders the page; in milliseconds since 1970.
    pub(crate) fn now_ms(self) -> u64 {
        #[cfg(feature = "ssr")]
        let without_page = crate::clock::now_ms;
        #[cfg(not(feature = "ssr"))]
        let without_page = || 0;
        self.connector.map_or_else(without_page, |connector| (connector.now_ms)())
    }

    /// Sends a refused message again.
    pub(crate) fn retry(self, id: MessageId) {
        self.command(Command::Retry(id));
    }

    /// Gives up a refused message, or a refused change of one.
    pub(crate) fn discard(self, id: MessageId) {
        self.command(Command::Discard(id));
    }

    /// Tells the others that the person is typing.
    pub(crate) fn typing(self) {
        self.command(Command::Typing);
    }

    /// Loads messages before those that are shown, unless that is going on already.
    pub(crate) fn load_earlier(self) {
        if let Some(before) = self.log.with_untracked(Log::earlier)
            && begins(self.earlier)
        {
            spawn_local(self.load_page(self.earlier, (Some(before), None), Log::earlier, Log::prepend));
        }
    }

    /// Loads messages after those that are shown, if there are any, unless that is going on already.
    pub(crate) fn load_later(self) {
        if let Some(after) = self.log.with_untracked(Log::later)
            && begins(self.later)
        {
            spawn_local(self.load_page(self.later, (None, Some(after)), Log::later, Log::append));
        }
    }

    /// Shows the newest messages, if others are shown.
    pub(crate) fn load_newest(self) {
        if self.log.with_untracked(Log::later).is_some() {
            self.later.set(Reading::Coming);
            spawn_local(self.load_page(self.later, (None, None), |_| None, Log::turn));
        }
    }

    /// Shows the messages after an offset instead.
    pub(crate) async fn load_from(self, after: u64) {
        self.earlier.set(Reading::Coming);
        self.load_page(self.earlier, (None, Some(after)), |_| None, Log::turn).await;
    }

    /// Loads a page (before or after an offset, or the newest) and has the log `put` it, if the `end` of what
    /// is shown, which the page continues, is still the same.
    async fn load_page(
        self,
        reading: RwSignal<Reading>,
        (before, after): (Option<u64>, Option<u64>),
        end: fn(&Log) -> Option<u64>,
        put: fn(&mut Log, HistoryPage),
    ) {
        let (room, began) = (self.room(), self.log.with_untracked(end));
        let page = api::history(room, before, after).await;
        // Meanwhile the log may have been replaced, or the page left.
        let is_same = self.log.try_with_untracked(end) == Some(began);
        let ended = if page.is_ok() { Reading::Resting } else { Reading::Failed };
        if let Ok(page) = page
            && is_same
        {
            self.log.update(|log| put(log, page));
        }
        reading.try_set(ended);
    }

    fn command(self, command: Command) {
        self.commands.with_value(|commands| {
            if let Some(commands) = commands {
                // The client ends only with the page.
                let _ = commands.unbounded_send(command);
            }
        });
    }

    async fn listen(self, connector: RoomConnector, mut events: UnboundedReceiver<Event>) {
        while let Some(event) = events.next().await {
            self.fold(&event, connector);
        }
    }

    fn fold(self, event: &Event, connector: RoomConnector) {
        let now_ms = (connector.now_ms)();
        match event {
            Event::Status(Status::Live) => {
                self.last_error.set(None);
                for reading in [self.earlier, self.later] {
                    if reading.get_untracked() == Reading::Failed {
                        reading.set(Reading::Resting);
                    }
                }
            }
            Event::Namesake(namesake) => self.namesake.set(Some(namesake.clone())),
            Event::Error(refusal) => self.last_error.set(Some(refusal.message.clone())),
            Event::Typing(_) => {
                let expire = move || self.people.maybe_update(|people| people.expire((connector.now_ms)()));
                // A little later than due, for clocks that round down.
                set_timeout(
                    move || {
                        expire();
                    },
                    limits::TYPING_TTL + Duration::from_millis(50),
                );
            }
            _ => {}
        }
        let mut connection_status = self.connection_status.get_untracked().fold(event);
        if matches!(event, Event::Status(_)) {
            connection_status =
                connect_blocker::judge(self.tries, self.connection_status, connection_status, (connector.was_open)());
        }
        // Another try after an equal wait starts a new countdown.
        if connection_status != self.connection_status.get_untracked() || matches!(event, Event::Status(_)) {
            self.connection_status.set(connection_status);
        }
        self.log.maybe_update(|log| log.fold(event, now_ms));
        self.people.maybe_update(|people| people.fold(event, now_ms));
    }
}

/// Begins to load, unless that is going on.
fn begins(reading: RwSignal<Reading>) -> bool {
    let is_free = reading.get_untracked() != Reading::Coming;
    if is_free {
        reading.set(Reading::Coming);
    }
    is_free
}
