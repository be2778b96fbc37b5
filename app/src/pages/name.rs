//! The form for another name, for somebody who followed a link straight into a room.

use leptos::prelude::*;
use protocol::RoomId;

use super::brand::Brand;
use super::home::name_tag_initial;
use crate::api;
use crate::components::front::NameTag;
use crate::components::name_tag;
use crate::components::namesake::look_alike;
use crate::components::theme_switch::ThemeSwitch;
use crate::initial_state;
use crate::page_styles::PageStyles;
use crate::page_title::PageTitle;

/// The page at `/rooms/{id}?name`: another name, and the way back.
#[component]
pub(crate) fn NamePage(room: RoomId) -> impl IntoView {
    let asked = room.clone();
    let data = Resource::new(
        || (),
        move |()| {
            let room = asked.clone();
            async move { futures::join!(api::viewer(), api::hosted_games(), api::namesake(&room)) }
        },
    );
    view! {
        <PageTitle of="Your name" about="What others see beside your messages." />
        <PageStyles of="home" />
        <div class="sorry">
            <header class="sorry__top">
                <Brand />
                <ThemeSwitch />
            </header>
            <main class="sorry__main" id="main" tabindex="-1">
                <h1 class="unseen">"Your name"</h1>
                <Suspense>
                    {move || Suspend::new(async move {
                        let (viewer, games, namesake) = data.await;
                        viewer
                            .ok()
                            .map(|viewer| {
                                view! {
                                    {initial_state::embed(name_tag::INITIAL_STATE, name_tag_initial(viewer, &games))}
                                    <NameTag />
                                    {namesake.map(|namesake| look_alike(&namesake, ().into_any()))}
                                }
                            })
                    })}
                </Suspense>
                <p>
                    <a class="button" href=room.path()>
                        "To the room"
                    </a>
                </p>
            </main>
        </div>
    }
}
