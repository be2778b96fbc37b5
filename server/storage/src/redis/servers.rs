//! Parses the operator's list of Redis servers.
//!
//! - `redis://user:password@host:6379/0`, or `host:port` alone: one server
//! - several of them, separated by commas: independent servers, each keeps a share
//!   of the rooms. Their order places the rooms, so it is the same on all nodes.
//! - `redis-cluster://host:6379`: a Redis Cluster; several are tried in turn
//! - `rediss://` and `rediss-cluster://`: the same through TLS

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{
    Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, ProtocolVersion, RedisResult, TlsCertificates,
};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// Why a list of servers is invalid. Never shows the text: it may contain a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the address of Redis is not understood: {0}")]
pub struct ServersError(String);

/// The servers of a deployment, and how to reach them.
#[derive(Clone, Debug)]
pub struct Servers {
    /// Who decides which server keeps which channel, where there are several.
    pub shape: Topology,
    /// The servers in the order of the list, which decides what each keeps; not empty, without duplicates.
    pub(super) addresses: Vec<Address>,
}

/// Who decides which of several servers keeps which channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topology {
    /// They do not; this program places the rooms.
    Independent,
    /// They are one Redis Cluster, which places the rooms.
    Cluster,
}

/// The address and credentials of a server. Displayed as `host:port`, never with the password.
#[derive(Clone, Debug)]
pub(super) struct Address {
    info: ConnectionInfo,
    /// The trusted authorities; `None` for the system's. (`info` has them, too, but no getter.)
    authorities: Option<Arc<RootCertStore>>,
}

impl Servers {
    /// How many servers the operator's list has.
    pub fn count(&self) -> usize {
        self.addresses.len()
    }

    /// The numbers of the databases that are used, each once; a cluster has only 0.
    pub fn databases(&self) -> impl Iterator<Item = i64> {
        self.addresses.iter().map(Address::database).collect::<std::collections::BTreeSet<_>>().into_iter()
    }

    /// Parses an operator's list.
    ///
    /// # Errors A sentence that says how to write it.
    pub fn parse(text: &str) -> Result<Self, ServersError> {
        let parts: Vec<_> = text.split(',').map(|part| ParsedAddress::parse(part.trim())).collect::<Result<_, _>>()?;
        let shape = parts[0].shape;
        if parts.iter().any(|part| part.shape != shape) {
            return Err(ServersError("write redis-cluster:// before all of them or before none".into()));
        }
        let addresses: Vec<_> = parts.into_iter().map(|part| part.address).collect();
        for (at, address) in addresses.iter().enumerate() {
            if addresses[..at].iter().any(|earlier| earlier == address) {
                return Err(ServersError(format!("{address} stands there twice")));
            }
        }
        Ok(Self { shape, addresses })
    }

    /// Trusts, for TLS, only the certificates that the authorities in this PEM file have signed.
    ///
    /// # Errors The file cannot be read, or no server is reached through TLS.
    pub fn trusting(mut self, authorities: &Path) -> Result<Self, ServersError> {
        let cannot = |why: String| ServersError(format!("{} cannot be trusted: {why}", authorities.display()));
        let pem = std::fs::read(authorities).map_err(|error| cannot(error.to_string()))?;
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|error| cannot(error.to_string()))?;
            roots.add(certificate).map_err(|error| cannot(error.to_string()))?;
        }
        let (roots, mut is_used) = (Arc::new(roots), false);
        for address in self.addresses.iter_mut().filter(|address| address.is_tls()) {
            let certificates = TlsCertificates { client_tls: None, root_cert: Some(pem.clone()) };
            let client = Client::build_with_tls(address.info.clone(), certificates);
            address.info = client.map_err(|error| cannot(error.to_string()))?.get_connection_info().clone();
            address.authorities = Some(Arc::clone(&roots));
            is_used = true;
        }
        match is_used {
            true => Ok(self),
            false => Err(ServersError("certificates are of use with rediss:// alone".into())),
        }
    }
}

/// One of the addresses between commas.
struct ParsedAddress {
    shape: Topology,
    address: Address,
}

impl ParsedAddress {
    fn parse(text: &str) -> Result<Self, ServersError> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("redis", text));
        let (shape, scheme) = match scheme {
            "redis-cluster" => (Topology::Cluster, "redis"),
            "rediss-cluster" => (Topology::Cluster, "rediss"),
            "redis" | "rediss" | "valkey" | "valkeys" | "unix" | "redis+unix" | "valkey+unix" => {
                (Topology::Independent, scheme)
            }
            // Their hosts are parsed by other rules, for names in all scripts, which nothing here needs.
            _ => return Err(ServersError("write it as redis://HOST:PORT".into())),
        };
        let info = format!("{scheme}://{rest}").into_connection_info();
        let info = info.map_err(|error| match error.detail() {
            Some(detail) if !rest.contains('@') => ServersError(detail.to_owned()),
            _ => ServersError("write it as redis://HOST:PORT".into()),
        })?;
        if let ConnectionAddr::TcpTls { insecure: true, .. } = info.addr() {
            return Err(ServersError("TLS that trusts everybody protects nobody; name an authority to trust".into()));
        }
        if shape == Topology::Cluster && info.redis_settings().db() != 0 {
            return Err(ServersError("a Redis Cluster has no databases to choose from".into()));
        }
        Ok(Self { shape, address: Address::new(info) })
    }
}

impl Address {
    fn new(info: ConnectionInfo) -> Self {
        let protocol = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        // The system, too, notices a peer that is gone without a close.
        let keepalive = TcpKeepalive::new().with_time(Duration::from_secs(5)).with_interval(Duration::from_secs(2));
        let tcp = TcpSettings::default().set_nodelay(true).set_keepalive(keepalive);
        #[cfg(target_os = "linux")]
        let tcp = tcp.set_user_timeout(Duration::from_secs(5));
        Self { info: info.set_redis_settings(protocol).set_tcp_settings(tcp), authorities: None }
    }

    fn is_tls(&self) -> bool {
        matches!(self.info.addr(), ConnectionAddr::TcpTls { .. })
    }

    pub(super) fn client(&self) -> RedisResult<Client> {
        Client::open(self.info.clone())
    }

    /// Host, port and credentials for redis-rs.
    pub(super) fn info(&self) -> &ConnectionInfo {
        &self.info
    }

    /// The number of the database; a cluster has only 0.
    pub(super) fn database(&self) -> i64 {
        self.info.redis_settings().db()
    }

    /// The authorities that TLS trusts; `None` for the system's.
    pub(super) fn authorities(&self) -> Option<&Arc<RootCertStore>> {
        self.authorities.as_ref()
    }

    /// Another server of the same cluster, with the same password and TLS; without `host`, at the same host.
    pub(super) fn sibling(&self, host: Option<&str>, port: u16) -> Self {
        let beside = |own: &str| host.unwrap_or(own).to_owned();
        let address = match self.info.addr().clone() {
            ConnectionAddr::Tcp(own, _) => ConnectionAddr::Tcp(beside(&own), port),
            ConnectionAddr::TcpTls { host: own, insecure, tls_params, .. } => {
                ConnectionAddr::TcpTls { host: beside(&own), port, insecure, tls_params }
            }
            other => other,
        };
        Self { info: self.info.clone().set_addr(address), authorities: self.authorities.clone() }
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.info.addr() == other.info.addr()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.info.addr().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> String {
        match Servers::parse(text) {
            Ok(Servers { shape, addresses }) => {
                let addresses: Vec<_> = addresses.iter().map(ToString::to_string).collect();
                format!("{shape:?} {}", addresses.join(" "))
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn servers_are_one_several_or_a_cluster() {
        assert_eq!(parse("10.0.0.5:6380"), "Independent 10.0.0.5:6380");
        assert_eq!(parse("redis://a,redis://b:1, c:2"), "Independent a:6379 b:1 c:2");
        assert_eq!(parse("redis-cluster://a:7000,redis-cluster://b:7000"), "Cluster a:7000 b:7000");
    }

    #[test]
    fn what_is_no_list_of_servers_is_refused() {
        for (text, why) in [
            ("http://x", "write it as"),
            ("https://BÜCHER.example", "write it as"),
            ("", "write it as"),
            ("a:1,,b:2", "write it as"),
            ("a:1,redis-cluster://b:2", "before all of them"),
            ("redis-cluster://a:1/3", "no databases"),
            ("rediss://a:1#insecure", "protects nobody"),
            ("a:1,redis://a:1", "a:1 stands there twice"),
        ] {
            assert!(parse(text).contains(why), "{text}: {}", parse(text));
        }
    }

    #[test]
    fn authorities_are_for_tls_alone() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let trusting = |text| Servers::parse(text).unwrap().trusting(file.path());
        assert!(trusting("redis://a:1").unwrap_err().to_string().contains("rediss://"));
        assert!(trusting("rediss://a:1,redis://b:1").is_ok());
        let missing = Servers::parse("rediss://a:1").unwrap().trusting(Path::new("/nowhere/ca.pem")).unwrap_err();
        assert!(missing.to_string().contains("/nowhere/ca.pem"), "{missing}");
    }

    #[test]
    fn a_password_is_never_shown() {
        let servers = Servers::parse("redis://ana:secret@a:1,redis://:secret@b:2").unwrap();
        assert!(!format!("{servers:?}").contains("secret"));
        assert!(!parse("redis://ana:secret@a:notaport").contains("secret"));
        assert!(!parse("redis://ana:secret@a:1,redis://ana:secret@a:1").contains("secret"));
    }
}
