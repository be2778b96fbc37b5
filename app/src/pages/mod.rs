//! The pages, and which address shows which.

mod author;
mod brand;
mod class_chat;
mod crowd;
mod home;
mod host;
mod message_link;
mod name;
mod not_found;
mod play;
mod room;
mod status;
mod still_open;

use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::SsrMode;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::path;

use author::{Edit, ImportReview, Quizzes, ResultPage, Results, Versions};
use class_chat::ClassChat;
use home::Home;
use host::{Host, TakeOverGame};
use not_found::NotFound;
use play::{Join, Play};
use room::Room;

/// Everything in the page's body. Each page waits for its data before it is
/// sent, so that it can be read without scripts.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            <FlatRoutes fallback=NotFound>
                <Route path=path!("/") view=Home ssr=SsrMode::Async />
                <Route path=path!("/rooms/:id") view=Room ssr=SsrMode::Async />
                <Route path=path!("/quizzes") view=Quizzes ssr=SsrMode::Async />
                <Route path=path!("/quizzes/import") view=ImportReview ssr=SsrMode::Async />
                <Route path=path!("/quizzes/:id") view=Edit ssr=SsrMode::Async />
                <Route path=path!("/quizzes/:id/versions") view=Versions ssr=SsrMode::Async />
                <Route path=path!("/results") view=Results ssr=SsrMode::Async />
                <Route path=path!("/results/:id") view=ResultPage ssr=SsrMode::Async />
                <Route path=path!("/host") view=TakeOverGame ssr=SsrMode::Async />
                <Route path=path!("/host/:pin") view=Host ssr=SsrMode::Async />
                <Route path=path!("/play") view=Join ssr=SsrMode::Async />
                <Route path=path!("/play/:pin") view=Play ssr=SsrMode::Async />
                <Route path=path!("/play/:pin/chat") view=ClassChat ssr=SsrMode::Async />
            </FlatRoutes>
        </Router>
    }
}
