//! Opens the socket to one Redis, plain or through TLS.

use std::io;
use std::sync::Arc;

use redis::ConnectionAddr;
use redis::io::tcp::TcpSettings;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;

use crate::redis::servers::Address;

/// A plain or TLS socket.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Opens the socket; nothing is sent on it yet.
pub(super) async fn dial(address: &Address) -> io::Result<Box<dyn Stream>> {
    let settings = address.info().tcp_settings();
    match address.info().addr() {
        ConnectionAddr::Tcp(host, port) => Ok(Box::new(tcp(host, *port, settings).await?)),
        ConnectionAddr::TcpTls { host, port, .. } => {
            let name = ServerName::try_from(host.clone()).map_err(io::Error::other)?;
            let connector = TlsConnector::from(tls(address.authorities())?);
            Ok(Box::new(connector.connect(name, tcp(host, *port, settings).await?).await?))
        }
        ConnectionAddr::Unix(path) => Ok(Box::new(UnixStream::connect(path).await?)),
        _ => Err(io::Error::other("there is no way to this kind of address")),
    }
}

/// The settings are those that redis-rs uses for its connections.
async fn tcp(host: &str, port: u16, settings: &TcpSettings) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(settings.nodelay())?;
    let socket = socket2::SockRef::from(&stream);
    if let Some(keepalive) = settings.keepalive() {
        socket.set_tcp_keepalive(keepalive)?;
    }
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(settings.user_timeout())?;
    Ok(stream)
}

/// A TLS configuration that trusts `authorities`, or else the system's.
fn tls(authorities: Option<&Arc<RootCertStore>>) -> io::Result<Arc<ClientConfig>> {
    let authorities = match authorities {
        Some(authorities) => authorities.clone(),
        None => {
            let mut all = RootCertStore::empty();
            all.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            all.into()
        }
    };
    Ok(Arc::new(ClientConfig::builder().with_root_certificates(authorities).with_no_client_auth()))
}
