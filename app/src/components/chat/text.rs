//! What all messages have: their time, and a text with links.

use leptos::prelude::*;
use protocol::Message;

use crate::room_store::RoomStore;
use crate::state::message_link::address;
use crate::state::text::{Piece, pieces};
use crate::state::time::Local;
use crate::time_zone::local;

/// The time of a message, with the link to it. The width is the same in every zone.
pub(super) fn time(offset: u64, ms: u64) -> AnyView {
    let local = local(ms);
    view! {
        <a class="message__link" href=address(offset, ms) title=local.moment()>
            <time class="message__time" datetime=Local::new(ms, 0).machine()>
                {local.clock()}
            </time>
        </a>
    }
    .into_any()
}

/// Marks the message that a link named.
pub(super) fn linked(offset: u64, store: RoomStore) -> Option<&'static str> {
    (store.linked == Some(offset)).then_some("true")
}

/// The text of a message with its links. Text is only ever text: nothing here becomes markup.
pub(super) fn text(text: &str) -> Vec<AnyView> {
    pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Plain(text) => text.into_any(),
            Piece::Link { href, text } => view! {
                <a href=href rel="noopener noreferrer nofollow ugc" target="_blank">
                    {text}
                </a>
            }
            .into_any(),
        })
        .collect()
}

/// The text of a message as a paragraph.
pub(super) fn body(message: &Message) -> AnyView {
    view! {
        <p class="message__text" dir="auto">
            {text(&message.message)}
        </p>
    }
    .into_any()
}
