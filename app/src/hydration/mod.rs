//! Hydration: the script that starts it, the files that it loads, and the tasks in which
//! an island is rendered.

#[cfg(feature = "ssr")]
pub(crate) mod files;
#[cfg(feature = "ssr")]
pub(crate) mod script;
#[cfg(not(feature = "ssr"))]
pub(crate) mod tasks;
