//! Admits connections: limits of connections, files and connections of one address.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::Addresses;
use super::addresses::AddressPermit;
use super::capacity::{Capacity, FILES_OF_A_REQUEST};
use super::eviction::{EvictableConnection, Eviction};
use super::socket_shares::{SocketOwner, SocketShare};
use crate::limits::{TrustedProxy, client_address};

/// Admits connections: of the node, of each address, and by the files that they may open.
pub struct ConnectionLimiter {
    connections: Arc<Semaphore>,
    files: Arc<Semaphore>,
    addresses: Arc<Addresses>,
    eviction: Arc<Eviction>,
    /// Trusted proxies are not counted by their own address: behind each are many clients.
    proxies: Vec<TrustedProxy>,
}

/// Which limit is reached, so that a connection is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// The node has all the connections that it may have.
    Node,
    /// The address has all the connections that it may have.
    Address,
    /// The session has all the WebSockets that it may have at its address.
    Session,
    /// The new sessions of the address together have all the WebSockets that they may have.
    Newcomers,
}

/// The place of a connection, and of the client behind it; dropping it frees both.
#[derive(Clone)]
pub struct ConnectionPermit {
    connection: Arc<Connection>,
    client: Option<Arc<AddressPermit>>,
}

struct Connection {
    _connection: OwnedSemaphorePermit,
    _file: OwnedSemaphorePermit,
    /// What it holds until it becomes a WebSocket.
    http: Mutex<Option<HttpPermits>>,
    address: Option<AddressPermit>,
}

/// A newcomer for whom another connection is closing.
pub(super) struct Newcomer {
    peer: IpAddr,
    address: Option<AddressPermit>,
}

struct HttpPermits {
    _file_to_send: Option<OwnedSemaphorePermit>,
    /// `None` for a proxy: behind it are many clients.
    replaceable: Option<EvictableConnection>,
}

impl ConnectionLimiter {
    /// A limiter for `capacity`, with at most `per_address` connections of each address; 0 is no limit.
    pub fn new(capacity: Capacity, per_address: usize, proxies: &[TrustedProxy]) -> Arc<Self> {
        let semaphore = |permits: usize| Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS)));
        Arc::new(Self {
            connections: semaphore(capacity.connections),
            files: semaphore(capacity.files),
            addresses: Addresses::new(per_address, capacity.share),
            eviction: Arc::default(),
            proxies: proxies.to_vec(),
        })
    }

    /// Takes a place for a connection from `peer`.
    ///
    /// # Errors [`Full`], with the limit that is reached.
    pub fn take(&self, peer: IpAddr) -> Result<ConnectionPermit, Full> {
        let address = self.take_address(peer)?;
        let connection = self.connections.clone().try_acquire_owned().map_err(|_| Full::Node)?;
        let files = self.files.clone().try_acquire_many_owned(FILES_OF_A_REQUEST).map_err(|_| Full::Node)?;
        Ok(self.place(peer, address, connection, files))
    }

    /// Closes a connection of an address that has more, for one of `peer` on a full node.
    ///
    /// # Errors [`Full`], when no address has more, or this one has all it may.
    pub(super) fn make_room(&self, peer: IpAddr) -> Result<Newcomer, Full> {
        let address = self.take_address(peer)?;
        if self.eviction.make_room_for(peer) { Ok(Newcomer { peer, address }) } else { Err(Full::Node) }
    }

    /// Waits for the place that [`Self::make_room`] frees.
    ///
    /// # Errors [`Full::Node`], when none will be freed any more.
    pub(super) async fn wait(&self, newcomer: Newcomer) -> Result<ConnectionPermit, Full> {
        let connection = self.connections.clone().acquire_owned().await.map_err(|_| Full::Node)?;
        let files = self.files.clone().acquire_many_owned(FILES_OF_A_REQUEST).await.map_err(|_| Full::Node)?;
        Ok(self.place(newcomer.peer, newcomer.address, connection, files))
    }

    fn take_address(&self, peer: IpAddr) -> Result<Option<AddressPermit>, Full> {
        let peer = peer.to_canonical();
        if self.is_proxy(&peer) {
            return Ok(None);
        }
        self.addresses.take(peer).map(Some).ok_or(Full::Address)
    }

    fn place(
        &self,
        peer: IpAddr,
        address: Option<AddressPermit>,
        connection: OwnedSemaphorePermit,
        mut files: OwnedSemaphorePermit,
    ) -> ConnectionPermit {
        let http = HttpPermits {
            _file_to_send: files.split(1),
            replaceable: address.is_some().then(|| self.eviction.enter(peer)),
        };
        let connection = Connection { _connection: connection, _file: files, http: Mutex::new(Some(http)), address };
        ConnectionPermit { connection: Arc::new(connection), client: None }
    }

    /// Takes a place for one request of a client behind a trusted proxy; `None` for other peers.
    ///
    /// # Errors [`Full::Address`] when the client has all it may have.
    pub(super) fn take_behind_proxy(
        &self,
        peer: SocketAddr,
        headers: &HeaderMap,
    ) -> Result<Option<AddressPermit>, Full> {
        // Without a forwarded address the proxy asks for itself, such as a health check.
        if !self.is_proxy(&peer.ip().to_canonical()) || !headers.contains_key("x-forwarded-for") {
            return Ok(None);
        }
        let client = client_address(peer, headers, &self.proxies);
        self.addresses.take(client).map(Some).ok_or(Full::Address)
    }

    fn is_proxy(&self, address: &IpAddr) -> bool {
        self.proxies.iter().any(|proxy| proxy.contains(address))
    }
}

impl ConnectionPermit {
    pub(super) fn with_client(self, client: Option<AddressPermit>) -> Self {
        Self { client: client.map(Arc::new), ..self }
    }

    pub(super) fn has_client(&self) -> bool {
        self.client.is_some()
    }

    /// Notes that a connection becomes a WebSocket: it sends no files and never gives way. The result must be
    /// held as long as the WebSocket is open.
    ///
    /// # Errors [`Full`], when its owner may have no more of them at this address.
    pub fn becomes_socket(&self, owner: SocketOwner) -> Result<Option<SocketShare>, Full> {
        let address = self.client.as_deref().or(self.connection.address.as_ref());
        let share = address.map(|address| address.take_socket(owner)).transpose()?.flatten();
        drop(self.http().take());
        Ok(share)
    }

    /// Cancelled when the connection has to give way.
    pub(super) fn ends(&self) -> CancellationToken {
        let http = self.http();
        let replaceable = http.as_ref().and_then(|http| http.replaceable.as_ref());
        replaceable.map(|replaceable| replaceable.ends.clone()).unwrap_or_default()
    }

    fn http(&self) -> MutexGuard<'_, Option<HttpPermits>> {
        self.connection.http.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Full {
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::Node => StatusCode::SERVICE_UNAVAILABLE,
            Self::Address | Self::Session | Self::Newcomers => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::Node => "This server has all the connections that it can have. Try again in a moment.\n",
            Self::Address => "There are too many connections from this address. Close some, and try again.\n",
            Self::Session => "You have too many connections open. Close some of your tabs, and try again.\n",
            Self::Newcomers => "There are too many new connections from this address. Try again in a moment.\n",
        }
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Address => "address",
            Self::Session => "session",
            Self::Newcomers => "newcomers",
        }
    }
}

impl From<Full> for Response {
    fn from(full: Full) -> Self {
        metrics::counter!(crate::metrics::TURNED_AWAY, "full" => full.label()).increment(1);
        (full.status(), [(header::RETRY_AFTER, "5")], full.sentence()).into_response()
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 7));

    fn connection_limiter(connections: usize, open_files: usize, per_address: usize) -> Arc<ConnectionLimiter> {
        ConnectionLimiter::new(Capacity::new(connections, open_files), per_address, &["10.0.0.0/8".parse().unwrap()])
    }

    #[test]
    fn a_socket_makes_place_for_somebody_elses_file() {
        let connection_limiter = connection_limiter(100, 8, 0);
        let owner = || SocketOwner::new(protocol::UserId::parse("u1").unwrap(), None);
        let socket = || connection_limiter.take(HOME).inspect(|place| assert!(place.becomes_socket(owner()).is_ok()));
        let sockets: Vec<_> = (0..5).map(|_| socket()).collect();
        assert!(sockets.iter().all(Result::is_ok));
        assert_eq!(
            connection_limiter.take(HOME).err(),
            Some(Full::Node),
            "six files are for connections, and a request needs two"
        );
        drop(sockets);
        assert!(connection_limiter.take(HOME).is_ok());
    }

    #[test]
    fn no_address_has_more_than_half() {
        let connection_limiter = connection_limiter(100, 10_000, 1000);
        let all: Vec<_> = (0..50).map(|_| connection_limiter.take(HOME)).collect();
        assert!(all.iter().all(Result::is_ok));
        assert_eq!(connection_limiter.take(HOME).err(), Some(Full::Address));
        assert!(connection_limiter.take(IpAddr::from([198, 51, 100, 8])).is_ok());
    }

    #[test]
    fn a_proxy_is_as_many_as_are_behind_it() {
        let connection_limiter = connection_limiter(100, 10_000, 1);
        let proxy = SocketAddr::from(([10, 0, 0, 1], 80));
        let lines: Vec<_> = (0..5).map(|_| connection_limiter.take(proxy.ip())).collect();
        assert!(lines.iter().all(Result::is_ok), "its connections are not counted by its address");
        let behind = |client| {
            let headers =
                HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), HeaderValue::from_static(client))]);
            connection_limiter.take_behind_proxy(proxy, &headers)
        };
        let first = behind("198.51.100.7").unwrap();
        assert!(first.is_some());
        assert_eq!(behind("198.51.100.7").err(), Some(Full::Address));
        assert!(behind("198.51.100.8").unwrap().is_some());
        drop(first);
        assert!(behind("198.51.100.7").is_ok());
        let nobody = behind("unknown").unwrap();
        assert!(nobody.is_some() && behind("_hidden").is_err(), "who is not named is counted with the proxy");
        assert!(connection_limiter.take_behind_proxy(proxy, &HeaderMap::new()).unwrap().is_none(), "its own questions");
    }
}
