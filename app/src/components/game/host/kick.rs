//! Sending somebody away, and asking first.

use leptos::html::Dialog;
use leptos::prelude::*;
use protocol::game::frame::Player;
use protocol::game::link::HostStep;

use super::Host;
use crate::erase::words;

/// Whom the host is asked about.
#[derive(Clone, Copy)]
pub(super) struct Kicking {
    whom: RwSignal<Option<Player>>,
    dialog: NodeRef<Dialog>,
}

impl Kicking {
    pub(super) fn new() -> Self {
        Self { whom: RwSignal::new(None), dialog: NodeRef::new() }
    }

    /// Asks whether somebody is to go; whoever is gone already needs no asking.
    pub(super) fn ask(self, whom: Option<Player>) {
        if whom.is_none() {
            return;
        }
        self.whom.set(whom);
        if let Some(dialog) = self.dialog.get_untracked() {
            let _ = dialog.show_modal();
        }
    }

    fn close(self) {
        if let Some(dialog) = self.dialog.get_untracked() {
            dialog.close();
        }
    }

    /// The question, to stand somewhere in the page. The browser's own dialog
    /// gives the focus back when it closes.
    pub(super) fn dialog(self, host: Host) -> AnyView {
        let name = move || self.whom.with(|whom| whom.as_ref().map(|it| it.name.to_string()).unwrap_or_default());
        let kick = move |_| {
            if let Some(player) = self.whom.get_untracked() {
                host.step(HostStep::Kick(player.id));
            }
            self.close();
        };
        view! {
            <dialog class="question-box" aria-labelledby="kick-title" node_ref=self.dialog>
                <h2 class="question-box__title" id="kick-title">
                    "Send "
                    <bdi>{words(name)}</bdi>
                    " away?"
                </h2>
                <p>"They leave the game and cannot come back to it."</p>
                <div class="question-box__choices">
                    <button class="button button--quiet" type="button" on:click=move |_| self.close()>
                        "Keep"
                    </button>
                    <button class="button button--danger" type="button" on:click=kick>
                        "Send away"
                    </button>
                </div>
            </dialog>
        }
        .into_any()
    }
}
