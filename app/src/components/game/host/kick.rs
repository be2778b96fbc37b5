//! Removing people, and asking first.

use leptos::prelude::*;
use protocol::game::frame::Player;
use protocol::game::link::HostStep;

use super::Host;
use crate::components::dialog::Dialog;
use crate::erase::{changing, words};

/// Whom the host is asked about.
#[derive(Clone, Copy)]
pub(super) struct Kicking {
    whom: RwSignal<Vec<Player>>,
    dialog: Dialog,
}

impl Kicking {
    pub(super) fn new() -> Self {
        Self { whom: RwSignal::new(Vec::new()), dialog: Dialog::new() }
    }

    /// Asks whether these are to go; whoever is gone already needs no asking.
    pub(super) fn ask(self, whom: impl IntoIterator<Item = Player>) {
        let whom: Vec<_> = whom.into_iter().collect();
        if whom.is_empty() {
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
        let title = move || match self.whom.get().as_slice() {
            [one] => view! { "Remove " <bdi>{one.name.to_string()}</bdi> "?" }.into_any(),
            several => format!("Remove {}?", super::words::players(several.len())).into_any(),
        };
        let they = move || match self.whom.with(Vec::len) {
            1 => "They leave the game and cannot rejoin on this device.",
            _ => "They leave the game and cannot rejoin on these devices.",
        };
        let kick = move |block: bool| {
            let players = self.whom.get_untracked().into_iter().map(|player| player.id).collect();
            host.step(HostStep::Kick { players, block });
            self.dialog.close();
        };
        view! {
            <div class="question-box__inner">
                <h2 class="question-box__title" id="kick-title">
                    {changing(title)}
                </h2>
                <p>{words(they)}</p>
                <p class="small quiet" id="kick-block">
                    "Blocking keeps out every newcomer on the same network: in a school, that may be the whole school. Current players stay."
                </p>
                <div class="question-box__choices">
                    <button class="button button--quiet" type="button" on:click=move |_| self.dialog.close()>
                        "Cancel"
                    </button>
                    <button class="button button--danger" type="button" on:click=move |_| kick(false)>
                        "Remove"
                    </button>
                    <button
                        class="button button--quiet question-box__more"
                        type="button"
                        aria-describedby="kick-block"
                        on:click=move |_| kick(true)
                    >
                        "Also block new joins from there for 10 minutes"
                    </button>
                </div>
            </div>
        }
        .into_any()
    }
}
