//! The dialogs about one player: another name, or removal.

use client::game::HostStep;
use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use protocol::game::frame::Player;

use super::context::Host;
use super::kick::KickDialog;
use crate::boxed_view::{derived, dynamic_view, effect, flag, optional_view};
use crate::components::dialog::Dialog;
use crate::components::field::Wrong;
use crate::components::icon::{ELLIPSIS, X, icon};
use crate::focus::focus_first;
use crate::state::game::texts::proposal;

/// The player that they are about, and the state of a rename.
#[derive(Clone, Copy)]
pub(super) struct PlayerDialog {
    pub(super) kick_dialog: KickDialog,
    whom: RwSignal<Option<Player>>,
    /// Whether a rename is under way.
    is_asked: RwSignal<bool>,
    wrong: RwSignal<Option<String>>,
    field: NodeRef<Input>,
    dialog: Dialog,
}

impl PlayerDialog {
    pub(super) fn new() -> Self {
        Self {
            kick_dialog: KickDialog::new(),
            whom: RwSignal::new(None),
            is_asked: RwSignal::new(false),
            wrong: RwSignal::new(None),
            field: NodeRef::new(),
            dialog: Dialog::new(),
        }
    }

    /// The button that opens them, for a player with this name.
    pub(super) fn button(
        self,
        class: &'static str,
        name: Signal<String>,
        whom: impl Fn() -> Option<Player> + 'static,
    ) -> AnyView {
        view! {
            <button
                class=class
                type="button"
                aria-haspopup="dialog"
                aria-label=derived(move || format!("Rename or remove {}", name.get()))
                on:click=move |_| self.open(whom())
            >
                {icon(ELLIPSIS)}
            </button>
        }
        .into_any()
    }

    /// Opens them, unless the player has gone.
    fn open(self, whom: Option<Player>) {
        let Some(whom) = whom else { return };
        if let Some(field) = self.field.get_untracked() {
            field.set_value(whom.name.as_str());
        }
        self.whom.set(Some(whom));
        self.is_asked.set(false);
        self.wrong.set(None);
        self.dialog.open();
        focus_first("#person-title");
    }

    /// The elements of the dialogs.
    pub(super) fn dialogs(self, host: Host) -> AnyView {
        self.follow(host);
        let dialog = self.dialog.view("question-box", "person-title", self.content(host));
        view! { {dialog} {self.kick_dialog.dialog(host)} }.into_any()
    }

    /// Waits for the result of a rename: the list of players has it, or the server refuses it.
    fn follow(self, host: Host) {
        effect(move || {
            let is_called = |whom: &Player| {
                host.players(|players| players.iter().find(|one| one.id == whom.id).map(|one| one.name.clone()))
            };
            let now = self.whom.with(|whom| whom.as_ref().and_then(is_called));
            let trouble = host.store.last_error.get();
            if !self.is_asked.get() {
                return;
            }
            let before = self.whom.with_untracked(|whom| whom.as_ref().map(|whom| whom.name.clone()));
            if let Some(why) = trouble {
                self.is_asked.set(false);
                self.wrong.set(Some(why));
                // It is shown here, not beneath the stage.
                host.store.last_error.set(None);
                focus_first("#person-name");
            } else if now != before {
                self.is_asked.set(false);
                self.dialog.close();
            }
        });
    }

    fn rename(self, host: Host, nickname: String) {
        let Some(whom) = self.whom.get_untracked() else { return };
        if nickname.split_whitespace().eq(whom.name.as_str().split_whitespace()) {
            return self.dialog.close();
        }
        self.wrong.set(None);
        host.step(HostStep::Rename { player: whom.id, nickname });
        self.is_asked.set(true);
    }

    fn content(self, host: Host) -> AnyView {
        let name = move || self.whom.with(|whom| whom.as_ref().map(|whom| whom.name.to_string())).unwrap_or_default();
        let remove = move |_| {
            self.dialog.close();
            self.kick_dialog.ask(self.whom.get_untracked());
        };
        view! {
            <div class="question-box__inner">
                <h2 class="question-box__title" id="person-title" tabindex="-1">
                    {dynamic_view(move || view! { <bdi>{name()}</bdi> }.into_any())}
                </h2>
                {self.form(host)}
                <div class="question-box__choices">
                    <button class="button button--quiet" type="button" on:click=move |_| self.dialog.close()>
                        "Cancel"
                    </button>
                    <button class="button button--remove" type="button" on:click=remove>
                        {icon(X)}
                        "Remove"
                    </button>
                </div>
            </div>
        }
        .into_any()
    }

    fn form(self, host: Host) -> AnyView {
        let submit = move |event: SubmitEvent| {
            event.prevent_default();
            if let Some(field) = self.field.get_untracked() {
                self.rename(host, field.value());
            }
        };
        let offer = move || {
            let free = self.wrong.get().as_deref().and_then(proposal).map(str::to_owned)?;
            let label = format!("Use {free}");
            let take = move |_| {
                if let Some(field) = self.field.get_untracked() {
                    field.set_value(&free);
                }
                self.rename(host, free.clone());
            };
            let button = view! {
                <button class="button button--quiet question-box__offer" type="button" on:click=take>
                    {label}
                </button>
            };
            Some(button.into_any())
        };
        view! {
            <form class="question-box__form" on:submit=submit>
                <label class="field__label" for="person-name">
                    "Name"
                </label>
                <div class="question-box__row">
                    <input
                        class="question-box__input"
                        id="person-name"
                        autocomplete="off"
                        dir="auto"
                        required
                        aria-invalid=flag(move || self.wrong.with(Option::is_some))
                        aria-describedby="person-wrong"
                        node_ref=self.field
                    />
                    <button class="button" aria-busy=flag(move || self.is_asked.get())>
                        "Rename"
                    </button>
                </div>
                <Wrong id="person-wrong" why=self.wrong.into() />
                {optional_view(offer)}
            </form>
        }
        .into_any()
    }
}
