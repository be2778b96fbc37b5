//! Small drawings beside words, from Lucide (licence in `public/licences`).

use leptos::prelude::*;

pub(crate) const ARROW_DOWN: &str = "M12 5v14M19 12l-7 7-7-7";
pub(crate) const ARROW_LEFT: &str = "m12 19-7-7 7-7M19 12H5";
pub(crate) const ARROW_UP: &str = "M12 19V5M5 12l7-7 7 7";
pub(crate) const CHECK: &str = "M20 6 9 17l-5-5";
pub(crate) const CIRCLE_ALERT: &str = "M2 12a10 10 0 1 0 20 0a10 10 0 1 0-20 0M12 8v4M12 16h.01";
pub(crate) const CLOCK: &str = "M2 12a10 10 0 1 0 20 0a10 10 0 1 0-20 0M12 6v6l4 2";
pub(crate) const COPY: &str = "M10 8h10a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H10a2 2 0 0 1-2-2V10a2 2 0 0 1 2-2z\
    M4 16c-1.1 0-2-.9-2-2V4c0-1.1.9-2 2-2h10c1.1 0 2 .9 2 2";
#[cfg(feature = "ssr")]
pub(crate) const DOWNLOAD: &str = "M21 15v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4M7 10l5 5 5-5M12 15V3";
pub(crate) const ELLIPSIS: &str =
    "M11 12a1 1 0 1 0 2 0a1 1 0 1 0-2 0M18 12a1 1 0 1 0 2 0a1 1 0 1 0-2 0M4 12a1 1 0 1 0 2 0a1 1 0 1 0-2 0";
pub(crate) const EYE: &str = "M2.062 12.348a1 1 0 0 1 0-.696 10.75 10.75 0 0 1 19.876 0 1 1 0 0 1 0 .696 10.75 10.75 0 0 1\
    -19.876 0M9 12a3 3 0 1 0 6 0a3 3 0 1 0-6 0";
pub(crate) const IMAGE: &str = "M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM7 9a2 2 0 1 0 4 0\
    a2 2 0 1 0-4 0M21 15l-3.086-3.086a2 2 0 0 0-2.828 0L6 21";
pub(crate) const MENU: &str = "M4 5h16M4 12h16M4 19h16";
#[cfg(feature = "ssr")]
pub(crate) const PENCIL: &str = "M21.174 6.812a1 1 0 0 0-3.986-3.987L3.842 16.174a2 2 0 0 0-.5.83l-1.321 4.352a.5.5 0 0 0\
    .623.622l4.353-1.32a2 2 0 0 0 .83-.497zM15 5l4 4";
pub(crate) const PLAY: &str = "M5 5a2 2 0 0 1 3.008-1.728l11.997 6.998a2 2 0 0 1 .003 3.458l-12 7A2 2 0 0 1 5 19z";
pub(crate) const PLUS: &str = "M5 12h14M12 5v14";
pub(crate) const ROTATE: &str = "M3 12a9 9 0 1 0 9-9 9.75 9.75 0 0 0-6.74 2.74L3 8M3 3v5h5";
pub(crate) const SEND: &str = "M3.714 3.048a.498.498 0 0 0-.683.627l2.843 7.627a2 2 0 0 1 0 1.396l-2.842 7.627\
    a.498.498 0 0 0 .682.627l18-8.5a.5.5 0 0 0 0-.904zM6 12h16";
pub(crate) const TRASH: &str =
    "M10 11v6M14 11v6M19 6v14a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V6M3 6h18M8 6V4a2 2 0 0 1 2-2h4a2 2 0 0 1 2 2v2";
#[cfg(feature = "ssr")]
pub(crate) const UPLOAD: &str = "M21 15v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4M17 8l-5-5-5 5M12 3v12";
pub(crate) const USERS: &str = "M16 21v-2a4 4 0 0 0-4-4H6a4 4 0 0 0-4 4v2M16 3.128a4 4 0 0 1 0 7.744\
    M22 21v-2a4 4 0 0 0-3-3.87M5 7a4 4 0 1 0 8 0a4 4 0 1 0-8 0";
pub(crate) const X: &str = "M18 6 6 18M6 6l12 12";

/// One of the drawings of this module. It is no text alternative: put a word beside it, or
/// an `aria-label` around it.
pub(crate) fn icon(drawing: &'static str) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=drawing></path>
        </svg>
    }
}
