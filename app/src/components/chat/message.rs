//! A message of somebody else.

use std::sync::Arc;

use leptos::prelude::*;
use protocol::Message;

use crate::components::avatar::{Looks, avatar};
use crate::room_store::RoomStore;
use crate::state::message_link::{address, mark};
use crate::state::text::{Piece, pieces};
use crate::state::time::Local;
use crate::time_zone::local;

/// A message of somebody else; the first of several with avatar and name.
pub(super) fn message_view(message: &Arc<Message>, head: bool, store: RoomStore) -> AnyView {
    let time = time(message.offset, message.sent_at);
    let (id, is_linked) = (mark(message.offset), linked(message.offset, store));
    let body = text(&message.message);
    if head {
        let name = message.author.name.to_string();
        let whole = name.clone();
        view! {
            <article class="message message--head" id=id aria-current=is_linked>
                <div class="message__avatar">{avatar(Looks::of(&message.author.id))}</div>
                <div class="message__body">
                    <div class="message__who">
                        <span class="message__name" title=whole>
                            <bdi>{name}</bdi>
                        </span>
                        {time}
                    </div>
                    <p class="message__text" dir="auto">
                        {body}
                    </p>
                </div>
            </article>
        }
        .into_any()
    } else {
        view! {
            <article class="message" id=id aria-current=is_linked>
                <div class="message__aside">{time}</div>
                <div class="message__body">
                    <p class="message__text" dir="auto">
                        {body}
                    </p>
                </div>
            </article>
        }
        .into_any()
    }
}

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
