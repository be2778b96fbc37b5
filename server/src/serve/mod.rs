//! The HTTP loop: accepts connections, as many as this node and each address may have, limits the time for
//! sending a request and for reading the response, and drains when the node stops. Knows no routes.
//!
//! Our own loop, because `axum::serve` 0.8 waits for a request's head for ever, for a reader too, and has
//! no limit of connections.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;
use tracing::{debug, warn};

mod addresses;
mod capacity;
mod connection_limiter;
mod eviction;
mod patient_stream;
mod permit_body;
mod rejector;
mod socket_shares;

pub use addresses::Addresses;
pub use capacity::{Capacity, raise_open_files};
pub use connection_limiter::{ConnectionLimiter, ConnectionPermit, Full};
pub use patient_stream::PatientStream;
pub use socket_shares::{SOCKETS_OF_SESSION, SocketOwner, SocketShare};

use permit_body::PermitBody;
use rejector::Rejector;

/// The wait after a failed accept.
const BREATHER: Duration = Duration::from_millis(100);
/// How many newcomers of a full node wait at a time for another connection to close, and how long.
const NEWCOMERS: usize = 16;
const MAKING_ROOM: Duration = Duration::from_secs(1);
/// The largest head of a request, in bytes; hyper's own limit of 400 KiB is much for a stranger.
const HEAD_BYTES: usize = 64 * 1024;
/// The socket's send buffer, in bytes (the system takes twice as much). By default it grows to
/// megabytes for each connection.
const SEND_BUFFER: usize = 256 * 1024;

/// The time limits of HTTP connections.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// Until the head of a request must have come, the first one or the next.
    pub header_within: Duration,
    /// How long a response may wait for a client that does not read it.
    pub write_within: Duration,
    /// From the stop until requests that still run are dropped.
    pub drain_within: Duration,
}

/// Serves until `stop`, then until the last request is answered or the time for it is up.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    connection_limiter: Arc<ConnectionLimiter>,
    deadlines: Deadlines,
    stop: CancellationToken,
) {
    let connections = TaskTracker::new();
    let rejector = Rejector::default();
    let newcomers = Arc::new(Semaphore::new(NEWCOMERS));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                warn!("a connection could not be taken: {error}");
                tokio::time::sleep(BREATHER).await;
                continue;
            }
        };
        // A connection beyond the limit is accepted and refused: in the kernel's queue it would stand before
        // those that may come in. Connections are not counted here while a newcomer waits for them to close.
        let is_waited_for = newcomers.available_permits() < NEWCOMERS;
        let place = if is_waited_for { Err(Full::Node) } else { connection_limiter.take(peer.ip()) };
        match place {
            Ok(place) => {
                let visit = ConnectionContext { peer, place, connection_limiter: connection_limiter.clone() };
                connections.spawn(converse(stream, visit, router.clone(), deadlines, stop.clone()));
            }
            Err(Full::Node) => match connection_limiter.make_room(peer.ip()) {
                Ok(newcomer) => {
                    // Waits only as long as connections take that were told to close.
                    let Ok(permit) = newcomers.clone().acquire_owned().await else { break };
                    let (connection_limiter, rejector, router, stop) =
                        (connection_limiter.clone(), rejector.clone(), router.clone(), stop.clone());
                    connections.spawn(async move {
                        let place = timeout(MAKING_ROOM, connection_limiter.wait(newcomer)).await;
                        drop(permit);
                        match place.unwrap_or(Err(Full::Node)) {
                            Ok(place) => {
                                converse(
                                    stream,
                                    ConnectionContext { peer, place, connection_limiter },
                                    router,
                                    deadlines,
                                    stop,
                                )
                                .await
                            }
                            Err(full) => rejector.reject(stream, full),
                        }
                    });
                }
                Err(full) => rejector.reject(stream, full),
            },
            Err(full) => rejector.reject(stream, full),
        }
    }
    drop(listener);
    connections.close();
    if timeout(deadlines.drain_within, connections.wait()).await.is_err() {
        warn!("some requests were still running when the time to stop was up");
    }
}

/// Serves one connection until it ends, becomes a WebSocket or has to give way.
async fn converse(
    stream: TcpStream,
    visit: ConnectionContext,
    router: Router,
    deadlines: Deadlines,
    stop: CancellationToken,
) {
    // Frames are small and must not be delayed.
    if let Err(error) = stream.set_nodelay(true) {
        debug!("no TCP_NODELAY: {error}");
    }
    if let Err(error) = SockRef::from(&stream).set_send_buffer_size(SEND_BUFFER) {
        debug!("no SO_SNDBUF: {error}");
    }
    let gives_way = visit.place.ends();
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let (visit, router) = (visit.clone(), router.clone());
        async move { visit.answer(request.map(Body::new), router).await }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(deadlines.header_within)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(PatientStream::new(stream, deadlines.write_within)), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = gives_way.cancelled() => return,
        () = stop.cancelled() => {
            // Answers the current request and takes no further one.
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        debug!("a connection ended badly: {error}");
    }
}

/// One connection, and what its requests carry along.
#[derive(Clone)]
struct ConnectionContext {
    peer: SocketAddr,
    place: ConnectionPermit,
    connection_limiter: Arc<ConnectionLimiter>,
}

impl ConnectionContext {
    /// Puts the peer and its [`ConnectionPermit`] into the request's extensions, so that a WebSocket can keep it,
    /// and calls the router.
    async fn answer(self, mut request: Request, router: Router) -> Result<Response, std::convert::Infallible> {
        let Ok(client) = self.connection_limiter.take_behind_proxy(self.peer, request.headers()) else {
            return Ok(Full::Address.into());
        };
        let place = self.place.with_client(client);
        request.extensions_mut().insert(self.peer);
        request.extensions_mut().insert(place.clone());
        let answer = router.oneshot(request).await?;
        // A client behind a proxy holds its place until its response is read.
        Ok(if place.has_client() { answer.map(|body| Body::new(PermitBody::new(body, place))) } else { answer })
    }
}
