//! Finds out why a page never had a socket: by a request that most filters let through.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{RequestInit, Response};
use protocol::close::ADDRESS_NOT_LET_IN;
use wasm_bindgen_futures::JsFuture;

use crate::state::{ConnectBlocker, ConnectionStatus, FirstConnects};

/// A call without effects. It is a POST, because only with those a browser sends the page's origin.
const CALL: &str = "/api/viewer";
const FORBIDDEN: u16 = 403;

/// The status with its reason. After some failed tries the server is asked, and `shown` changes
/// when it has answered.
pub(crate) fn judge(
    tries: StoredValue<FirstConnects>,
    shown: RwSignal<ConnectionStatus>,
    connection_status: ConnectionStatus,
    was_open: bool,
) -> ConnectionStatus {
    let judged = tries.try_update_value(|tries| {
        let connection_status = tries.judge(connection_status, was_open);
        (connection_status, tries.should_ask(connection_status))
    });
    let Some((connection_status, should_ask)) = judged else { return connection_status };
    if should_ask {
        spawn_local(async move {
            let wall = find().await;
            let Some(before) = shown.try_get_untracked() else { return };
            let now = tries.try_update_value(|tries| tries.learn(wall, before));
            if let Some(now) = now.filter(|now| *now != before) {
                shown.try_set(now);
            }
        });
    }
    connection_status
}

/// What the server says; `None` if it does not answer, or is busy.
async fn find() -> Option<ConnectBlocker> {
    let init = RequestInit::new();
    init.set_method("POST");
    let answer = JsFuture::from(window().fetch_with_str_and_init(CALL, &init)).await.ok()?;
    let answer: Response = answer.unchecked_into();
    if answer.ok() {
        return Some(ConnectBlocker::Sockets);
    }
    if answer.status() != FORBIDDEN {
        return None;
    }
    let text = JsFuture::from(answer.text().ok()?).await.ok()?.as_string()?;
    // A filter on the way may answer 403 too.
    (text == ADDRESS_NOT_LET_IN).then_some(ConnectBlocker::Address)
}
