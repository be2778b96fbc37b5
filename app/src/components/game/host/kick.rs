//! Sending somebody away, and asking first.

use leptos::prelude::*;
use protocol::game::frame::Player;
use protocol::game::link::HostStep;

use super::Host;
use crate::components::dialog::Dialog;
use crate::erase::words;

/// Whom the host is asked about.
#[derive(Clone, Copy)]
pub(super) struct Kicking {
    whom: RwSignal<Option<Player>>,
    dialog: Dialog,
}

impl Kicking {
    pub(super) fn new() -> Self {
        Self { whom: RwSignal::new(None), dialog: Dialog::new() }
    }

    /// Asks whether somebody is to go; whoever is gone already needs no asking.
    pub(super) fn ask(self, whom: Option<Player>) {
        if whom.is_none() {
            return;
        }
        self.whom.set(whom);
        self.dialog.open();
    }

    /// The question, to stand somewhere in the page.
    pub(super) fn dialog(self, host: Host) -> AnyView {
        self.dialog.view("question-box", "kick-title", self.question(host))
    }

    fn question(self, host: Host) -> AnyView {
        let name = move || self.whom.with(|whom| whom.as_ref().map(|it| it.name.to_string()).unwrap_or_default());
        let kick = move |_| {
            if let Some(player) = self.whom.get_untracked() {
                host.step(HostStep::Kick(player.id));
            }
            self.dialog.close();
        };
        view! {
            <div class="question-box__inner">
                <h2 class="question-box__title" id="kick-title">
                    "Send "
                    <bdi>{words(name)}</bdi>
                    " away?"
                </h2>
                <p>"They leave the game and cannot come back to it."</p>
                <div class="question-box__choices">
                    <button class="button button--quiet" type="button" on:click=move |_| self.dialog.close()>
                        "Keep"
                    </button>
                    <button class="button button--danger" type="button" on:click=kick>
                        "Send away"
                    </button>
                </div>
            </div>
        }
        .into_any()
    }
}
