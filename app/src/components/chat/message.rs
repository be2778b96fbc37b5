//! A message of somebody else.

use leptos::prelude::*;
use protocol::Message;

use super::changed::edited;
use super::text::{body, linked, time};
use crate::components::avatar::{Looks, avatar};
use crate::room_store::RoomStore;
use crate::state::message_link::mark;

/// A message of somebody else; the first of several with avatar and name.
pub(super) fn message_view(message: &Message, head: bool, store: RoomStore) -> AnyView {
    let time = time(message.offset, message.sent_at);
    let (id, is_linked) = (mark(message.offset), linked(message.offset, store));
    let (body, edited) = (body(message), edited(message));
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
                        {edited}
                    </div>
                    {body}
                </div>
            </article>
        }
        .into_any()
    } else {
        view! {
            <article class="message" id=id aria-current=is_linked>
                <div class="message__aside">{time}</div>
                <div class="message__body">
                    {body}
                    {edited}
                </div>
            </article>
        }
        .into_any()
    }
}
