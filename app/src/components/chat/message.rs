//! A message of somebody else.

use leptos::prelude::*;
use protocol::Message;

use super::changed::edited;
use super::text::{body, frame, name, time};
use crate::components::avatar::{Looks, avatar};
use crate::room_store::RoomStore;

/// A message of somebody else; the first of several with avatar and name.
pub(super) fn message_view(message: &Message, head: bool, store: RoomStore) -> AnyView {
    let time = time(message.offset, message.sent_at);
    let (body, edited) = (body(message), edited(message));
    if !head {
        return frame("message", message.offset, store, ("message__aside", time), vec![body, edited]);
    }
    let who = view! {
        <div class="message__who">
            <span class="message__name" title=message.author.name.to_string()>
                {name(&message.author.name)}
            </span>
            {time}
            {edited}
        </div>
    };
    let avatar = avatar(Looks::of(&message.author.id));
    let body = vec![who.into_any(), body];
    frame("message message--head", message.offset, store, ("message__avatar", avatar), body)
}
