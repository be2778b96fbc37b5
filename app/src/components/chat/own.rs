//! A message of the reader's: under way, delivered, or refused.

use std::time::Duration;

use leptos::prelude::*;
use protocol::{Message, MessageId};

use super::changed::edited;
use super::text::{body, linked, text, time};
use crate::boxed_view::{derived, dynamic_view, effect, memo, optional_view};
use crate::components::icon::{CIRCLE_ALERT, CLOCK, icon};
use crate::room_store::RoomStore;
use crate::state::message_link::mark;
use crate::state::{ConnectionStatus, DeliveryStatus};

/// A delivery that is faster shows no status.
const PATIENCE: Duration = Duration::from_millis(800);

/// A message of the reader's that is in the log.
pub(super) fn delivered(message: &Message, head: bool, store: RoomStore) -> AnyView {
    let (offset, sent_at) = (message.offset, message.sent_at);
    view! {
        <article
            class="message message--own"
            class:message--head=head
            id=mark(offset)
            aria-current=linked(offset, store)
        >
            <div class="message__body">
                <div class="message__line">
                    {beside(head, time(offset, sent_at))}
                    {edited(message)}
                    {body(message)}
                </div>
            </div>
        </article>
    }
    .into_any()
}

/// A message of the reader's that was written on this page: it stays the same row through all its states, so
/// nothing jumps and nothing is read out twice.
pub(super) fn tracked(store: RoomStore, id: MessageId, message: &str, head: bool) -> AnyView {
    let delivery = {
        let id = id.clone();
        memo(move || store.log.with(|log| log.delivery(&id)))
    };
    let time = optional_view(move || match delivery.get() {
        DeliveryStatus::Delivered { offset, sent_at } => Some(beside(head, time(offset, sent_at))),
        _ => None,
    });
    let id_in_page = {
        let mark = move || match delivery.get() {
            DeliveryStatus::Delivered { offset, .. } => Some(mark(offset)),
            _ => None,
        };
        derived(mark)
    };
    let is_pending = derived(move || delivery.get() == DeliveryStatus::Pending);
    let is_failed = derived(move || matches!(delivery.get(), DeliveryStatus::Failed(_)));
    view! {
        <article class="message message--own" class:message--head=head id=id_in_page>
            <div class="message__body">
                <div class="message__line">
                    {time}
                    <p
                        class="message__text"
                        class:message__text--pending=is_pending
                        class:message__text--failed=is_failed
                        dir="auto"
                    >
                        {text(message)}
                    </p>
                </div>
                {state(store, id, delivery)}
            </div>
        </article>
    }
    .into_any()
}

/// The time beside a message; for further messages in one go it is shown on hover.
fn beside(head: bool, time: AnyView) -> AnyView {
    if head { time } else { view! { <span class="message__aside">{time}</span> }.into_any() }
}

fn state(store: RoomStore, id: MessageId, delivery: Memo<DeliveryStatus>) -> AnyView {
    let (slow, set_slow) = signal(false);
    effect(move || {
        let timer = set_timeout_with_handle(
            move || {
                set_slow.try_set(true);
            },
            PATIENCE,
        )
        .ok();
        on_cleanup(move || {
            if let Some(timer) = timer {
                timer.clear();
            }
        });
    });
    dynamic_view(move || match delivery.get() {
        DeliveryStatus::Pending if slow.get() => {
            let word = if store.connection_status.get() == ConnectionStatus::Live { "Sending" } else { "Waiting" };
            view! { <div class="message__state">{icon(CLOCK)} {word}</div> }.into_any()
        }
        DeliveryStatus::Pending | DeliveryStatus::Delivered { .. } => ().into_any(),
        DeliveryStatus::Failed(why) => failed(store, id.clone(), why),
    })
}

fn failed(store: RoomStore, id: MessageId, why: String) -> AnyView {
    let (again, gone) = (id.clone(), id);
    view! {
        <div class="message__state message__state--failed" role="alert">
            <span class="message__why">{icon(CIRCLE_ALERT)} <span>"Not sent. " {why}</span></span>
            <button type="button" on:click=move |_| store.retry(again.clone())>
                "Try again"
            </button>
            <button type="button" on:click=move |_| store.discard(gone.clone())>
                "Delete"
            </button>
        </div>
    }
    .into_any()
}
