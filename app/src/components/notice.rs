//! What to know while the connection is not as it should be.

use std::time::Duration;

use leptos::prelude::*;
use protocol::link::Status;

use super::avatar::{Looks, avatar};
use crate::erase::{effect, sometimes};

/// A blink of the connection is not worth a sentence.
const PATIENCE: Duration = Duration::from_secs(3);

/// What somebody cut off should know, once that has lasted a moment, and what
/// the server did not like.
#[component]
pub(crate) fn Notice(status: Signal<Status>, trouble: Signal<Option<String>>) -> impl IntoView {
    let lasting = lasting(status);
    let cut_off = sometimes(move || {
        let sleeper = Looks::plain("honey", 46, (0, 0)).asleep();
        match status.get() {
            Status::Stopped { .. } => Some(
                view! {
                    <p class="notice">
                        {avatar(sleeper)} <span>
                            "This page is no longer connected. " <a href="" rel="external">
                                "Load it again"
                            </a> "."
                        </span>
                    </p>
                }
                .into_any(),
            ),
            Status::Live => None,
            _ if !lasting.get() => None,
            _ => Some(
                view! {
                    <p class="notice">
                        {avatar(sleeper)} <span>"You are cut off. Write on: it is sent when you are back."</span>
                    </p>
                }
                .into_any(),
            ),
        }
    });
    let trouble = sometimes(move || {
        trouble.get().map(|sentence| {
            view! {
                <p class="notice">
                    {avatar(Looks::plain("clay", 46, (0, -19)))} <span>{sentence}</span>
                </p>
            }
            .into_any()
        })
    });
    view! { <div class="notices" role="status">{cut_off} {trouble}</div> }
}

/// Whether the connection has been away for more than a moment.
fn lasting(status: Signal<Status>) -> ReadSignal<bool> {
    let (lasting, set_lasting) = signal(false);
    let is_live = Memo::new(move |_| status.get() == Status::Live);
    effect(move || {
        if is_live.get() {
            set_lasting.set(false);
            return;
        }
        let timer = set_timeout_with_handle(
            move || {
                set_lasting.try_set(true);
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
    lasting
}
