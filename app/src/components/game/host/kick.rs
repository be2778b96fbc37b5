//! Removing players, after a confirmation.

use client::game::HostStep;
use leptos::prelude::*;
use protocol::game::frame::Player;

use super::context::Host;
use crate::boxed_view::{dynamic_text, dynamic_view};
use crate::components::dialog::Dialog;
use crate::focus::focus_first;

/// The players that the host is asked about.
#[derive(Clone, Copy)]
pub(super) struct KickDialog {
    whom: RwSignal<Vec<Player>>,
    /// Whether the networks that they came from are blocked.
    block: RwSignal<bool>,
    dialog: Dialog,
}

impl KickDialog {
    pub(super) fn new() -> Self {
        Self { whom: RwSignal::new(Vec::new()), block: RwSignal::new(false), dialog: Dialog::new() }
    }

    /// Asks whether these players shall be removed; for those who have gone already nothing is asked.
    pub(super) fn ask(self, whom: impl IntoIterator<Item = Player>) {
        let whom: Vec<_> = whom.into_iter().collect();
        if whom.is_empty() {
            return;
        }
        self.whom.set(whom);
        self.block.set(false);
        self.dialog.open();
        // Not to the box below, which the space bar would tick.
        focus_first("#kick-title");
    }

    /// The element of the dialog.
    pub(super) fn dialog(self, host: Host) -> AnyView {
        self.dialog.view("question-box", "kick-title", self.question(host))
    }

    fn question(self, host: Host) -> AnyView {
        let title = move || match self.whom.get().as_slice() {
            [one] => view! { "Remove " <bdi>{one.name.to_string()}</bdi> "?" }.into_any(),
            several => format!("Remove {}?", super::texts::players(several.len())).into_any(),
        };
        let they = move || match self.whom.with(Vec::len) {
            1 => "They leave the game and cannot rejoin on this device.",
            _ => "They leave the game and cannot rejoin on these devices.",
        };
        let kick = move |_| {
            let block = self.block.get_untracked();
            let players = self.whom.get_untracked().into_iter().map(|player| player.id).collect();
            host.step(HostStep::Kick { players, block });
            self.dialog.close();
        };
        view! {
            <div class="question-box__inner">
                <h2 class="question-box__title" id="kick-title" tabindex="-1">
                    {dynamic_view(title)}
                </h2>
                <p>{dynamic_text(they)}</p>
                <label class="question-box__choice">
                    <input
                        type="checkbox"
                        aria-describedby="kick-block"
                        prop:checked=self.block
                        on:change=move |event| self.block.set(event_target_checked(&event))
                    />
                    "Also block new joins from there for 10 minutes"
                </label>
                <p class="small quiet" id="kick-block">
                    "Blocking keeps out every newcomer on the same network: in a school, that may be the whole school. Current players stay."
                </p>
                <div class="question-box__choices">
                    <button class="button button--quiet" type="button" on:click=move |_| self.dialog.close()>
                        "Cancel"
                    </button>
                    <button class="button button--danger" type="button" on:click=kick>
                        "Remove"
                    </button>
                </div>
            </div>
        }
        .into_any()
    }
}
