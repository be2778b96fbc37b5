//! What can be asked of the server over HTTP, with or without wasm.
//!
//! Every function is a POST with an address of its own, so a tab that was
//! opened before an update still finds it. Origin and Sec-Fetch-Site are
//! checked by the server before any of these run.
