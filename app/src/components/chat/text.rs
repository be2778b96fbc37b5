//! What all messages have: a frame, their time, a text with links. Few types of views, because each costs every browser.

use leptos::prelude::*;
use protocol::{Message, Name};

use crate::room_store::RoomStore;
use crate::state::message_link::{address, mark};
use crate::state::text::{Piece, pieces};
use crate::state::time::Local;
use crate::time_zone::local;

/// The time of a message, with the link to it. The width is the same in every zone.
pub(super) fn time(offset: u64, ms: u64) -> AnyView {
    view! {
        <a class="message__link" href=address(offset, ms) title=local(ms).moment()>
            {moment("message__time", ms, local(ms).clock())}
        </a>
    }
    .into_any()
}

/// A message of somebody else, or what is left of one: what stands beside it, with its class, and what it is.
pub(super) fn frame(
    class: &'static str,
    offset: u64,
    store: RoomStore,
    (beside_class, beside): (&'static str, AnyView),
    body: Vec<AnyView>,
) -> AnyView {
    view! {
        <article class=class id=mark(offset) aria-current=linked(offset, store)>
            <div class=beside_class>{beside}</div>
            <div class="message__body">{body}</div>
        </article>
    }
    .into_any()
}

/// A name, whose direction of writing is its own.
pub(super) fn name(name: &Name) -> AnyView {
    view! { <bdi>{name.to_string()}</bdi> }.into_any()
}

/// A moment, as `shown`; its whole date is a hint.
pub(super) fn moment(class: &'static str, ms: u64, shown: String) -> AnyView {
    view! {
        <time class=class datetime=Local::new(ms, 0).machine() title=local(ms).moment()>
            {shown}
        </time>
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
    paragraph("message__text", text(&message.message))
}

/// A paragraph of a message, whose direction of writing is its own.
pub(super) fn paragraph(class: &'static str, shown: Vec<AnyView>) -> AnyView {
    view! {
        <p class=class dir="auto">
            {shown}
        </p>
    }
    .into_any()
}
