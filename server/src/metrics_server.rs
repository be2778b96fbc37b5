//! Serves the metrics of this node to its operator, on a listener of their own: they tell when the node is
//! weak, which is nobody else's business.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use realtime::hub::Hub;
use tokio::net::TcpListener;
use tracing::warn;

use crate::config::{Config, MetricsListen};
use crate::games::Games;
use crate::http::Host;

/// By default metrics are served on loopback, at the node's own port plus this.
const PORT_AFTER: u16 = 1000;
/// How many connections may read metrics at a time.
pub(crate) const READERS: usize = 16;

/// Listens at the configured address, or at the default one.
///
/// # Errors The system's, for a configured address. The default one may be taken.
pub(crate) async fn bind(config: &Config) -> Result<Option<TcpListener>, (SocketAddr, io::Error)> {
    match config.metrics_listen {
        Some(MetricsListen::Off) => Ok(None),
        Some(MetricsListen::At(address)) => {
            TcpListener::bind(address).await.map(Some).map_err(|error| (address, error))
        }
        None => {
            let Some(address) = usual_address(config.address()) else { return Ok(None) };
            let listener = TcpListener::bind(address).await;
            let listener = listener.inspect_err(|error| {
                warn!(
                    "nobody can read the figures of this node: {address} cannot be listened on ({error}). \
                    Give it another address with --metrics-listen, or `off`."
                );
            });
            Ok(listener.ok())
        }
    }
}

/// The default address, always on loopback: the node's port plus [`PORT_AFTER`], or port 0
/// if the node's is 0 too.
fn usual_address(node: SocketAddr) -> Option<SocketAddr> {
    let port = match node.port() {
        0 => 0,
        port => port.checked_add(PORT_AFTER)?,
    };
    Some(SocketAddr::from(([127, 0, 0, 1], port)))
}

/// What is counted when the metrics are read.
#[derive(Clone)]
pub(crate) struct Gauged {
    pub(crate) hub: Arc<Hub>,
    pub(crate) games: Arc<Games>,
}

/// The route of the metrics, `/metrics`.
pub(crate) fn router(gauged: Gauged, address: SocketAddr) -> Router {
    let router = Router::new().route("/metrics", get(figures)).with_state(gauged);
    if address.ip().is_loopback() { router.layer(from_fn(by_address)) } else { router }
}

/// Refuses requests by name: a foreign page whose name was pointed at this machine could otherwise read what
/// is served on loopback.
async fn by_address(request: Request, next: Next) -> Response {
    if Host::of(request.headers()).is_some_and(|host| host.is_literal()) {
        return next.run(request).await;
    }
    (StatusCode::MISDIRECTED_REQUEST, "Ask for the figures by the address: http://127.0.0.1:PORT/metrics\n")
        .into_response()
}

async fn figures(State(gauged): State<Gauged>) -> Response {
    #[expect(clippy::cast_precision_loss, reason = "a gauge of rooms needs no more than 52 bits")]
    ::metrics::gauge!(crate::metrics::ROOMS).set(gauged.hub.channels() as f64);
    #[expect(clippy::cast_precision_loss, reason = "nor does one of games")]
    ::metrics::gauge!(crate::metrics::GAMES).set(gauged.games.local_games().count() as f64);
    match crate::metrics::install() {
        Ok(handle) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[test]
    fn figures_are_at_loopback_unless_told_otherwise() {
        let usual = |node: &str| usual_address(node.parse().unwrap()).map(|address| address.to_string());
        assert_eq!(usual("0.0.0.0:3000").as_deref(), Some("127.0.0.1:4000"));
        assert_eq!(usual("0.0.0.0:0").as_deref(), Some("127.0.0.1:0"));
        assert_eq!(usual("0.0.0.0:65000"), None);
    }

    #[tokio::test]
    async fn a_taken_port_stops_only_who_asked_for_it() {
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = taken.local_addr().unwrap().port();
        let config = |flag: &str, value: &str| Config::try_parse_from(["hubbub", flag, value]).unwrap();
        let unasked = config("--listen", &format!("127.0.0.1:{}", port - PORT_AFTER));
        assert!(bind(&unasked).await.unwrap().is_none());
        let asked = config("--metrics-listen", &format!("127.0.0.1:{port}"));
        assert!(bind(&asked).await.is_err());
        assert!(bind(&config("--metrics-listen", "off")).await.unwrap().is_none());
    }
}
