//! Reaches one Redis: a socket to talk through, plain or through TLS.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use redis::ConnectionAddr;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;

use crate::broker::redis::servers::Address;

/// A peer that is gone without a word is noticed by the system, too.
const GONE_AFTER: Duration = Duration::from_secs(5);
const ASKED_EVERY: Duration = Duration::from_secs(2);

/// What a line talks through.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Connects; nothing has been said yet.
pub(super) async fn dial(address: &Address) -> io::Result<Box<dyn Stream>> {
    match address.info().addr() {
        ConnectionAddr::Tcp(host, port) => Ok(Box::new(tcp(host, *port).await?)),
        ConnectionAddr::TcpTls { host, port, .. } => {
            let name = ServerName::try_from(host.clone()).map_err(io::Error::other)?;
            let connector = TlsConnector::from(tls(address.authorities())?);
            Ok(Box::new(connector.connect(name, tcp(host, *port).await?).await?))
        }
        ConnectionAddr::Unix(path) => Ok(Box::new(UnixStream::connect(path).await?)),
        _ => Err(io::Error::other("there is no way to this kind of address")),
    }
}

async fn tcp(host: &str, port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    let socket = socket2::SockRef::from(&stream);
    socket.set_tcp_keepalive(&socket2::TcpKeepalive::new().with_time(GONE_AFTER).with_interval(ASKED_EVERY))?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(GONE_AFTER))?;
    Ok(stream)
}

/// Trusts `authorities`, or those of the system.
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
