//! How what the server drew comes to life in a browser: the script that starts it, the files that
//! it fetches, and the tasks in which an island is drawn.

#[cfg(feature = "ssr")]
pub(crate) mod files;
#[cfg(feature = "ssr")]
pub(crate) mod script;
#[cfg(not(feature = "ssr"))]
pub(crate) mod tasks;
