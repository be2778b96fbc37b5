//! The address of the database, as an operator writes it.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use super::OpenError;

/// How long one attempt to connect to one address may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
/// How long sent data may be unacknowledged before its connection counts as cut.
const UNACKNOWLEDGED_FOR: Duration = Duration::from_secs(10);
/// After how much silence a connection is probed.
const IDLE_FOR: Duration = Duration::from_secs(30);
/// What the server's list of connections calls this program.
const APPLICATION: &str = "hubbub";

/// One PostgreSQL database, perhaps at several addresses: `postgres://USER:PASSWORD@HOST:PORT/NAME`, with hosts
/// separated by commas. Of several the first that takes writes is used, so that a standby is found after a failover.
///
/// Connections over a network use TLS and check the certificate, unless the address ends in `?sslmode=disable`. To
/// this machine, or over a Unix socket, they use it where the address asks for it (`sslmode=require`).
#[derive(Clone)]
pub struct DatabaseAddress {
    config: Box<Config>,
    /// Trusted instead of the system's.
    authorities: Option<Arc<RootCertStore>>,
}

impl DatabaseAddress {
    /// Parses an address; `None` of its parts but host and database are necessary.
    ///
    /// # Errors A sentence that contains no part of the address: it may have a password in it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err("write it as postgres://USER:PASSWORD@HOST:PORT/NAME".into());
        }
        // Every certificate is checked like with `verify-full`.
        let [require, disable] = ["require", "disable"].map(|mode| format!("sslmode={mode}"));
        let (address, settings) = text.split_once('?').unwrap_or((text, ""));
        let settings = settings.replace("sslmode=verify-full", &require).replace("sslmode=verify-ca", &require);
        let known = if settings.is_empty() { address.to_owned() } else { format!("{address}?{settings}") };
        let mut config: Config = known.parse().map_err(|error: tokio_postgres::Error| reason(&error))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err("it names no host".into());
        }
        if config.get_dbname().is_none_or(str::is_empty) {
            return Err("it names no database: end it with /NAME".into());
        }
        let is_local = match config.get_hostaddrs() {
            [] => config.get_hosts().iter().all(is_local),
            // These are connected to, whatever the hosts are called.
            addresses => addresses.iter().all(std::net::IpAddr::is_loopback),
        };
        let uses_tls = settings.contains(&require) || !(is_local || settings.contains(&disable));
        config.ssl_mode(if uses_tls { SslMode::Require } else { SslMode::Disable });
        config.application_name(APPLICATION).connect_timeout(CONNECT_WITHIN);
        config.tcp_user_timeout(UNACKNOWLEDGED_FOR).keepalives_idle(IDLE_FOR);
        if config.get_hosts().len().max(config.get_hostaddrs().len()) > 1 {
            config.target_session_attrs(tokio_postgres::config::TargetSessionAttrs::ReadWrite);
        }
        Ok(Self { config: Box::new(config), authorities: None })
    }

    /// The same database with a password that stands elsewhere.
    #[must_use]
    pub fn with_password(mut self, password: &str) -> Self {
        self.config.password(password);
        self
    }

    /// Trusts the authorities in a file (PEM) instead of the system's.
    ///
    /// # Errors A sentence for the operator.
    pub fn trusting(mut self, authorities: &Path) -> Result<Self, OpenError> {
        let cannot = |why: String| OpenError::Refused(format!("{} cannot be trusted: {why}", authorities.display()));
        if !self.uses_tls() {
            return Err(OpenError::Refused("certificates are of use with sslmode=require alone".into()));
        }
        let pem = std::fs::read(authorities).map_err(|error| cannot(error.to_string()))?;
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|error| cannot(error.to_string()))?;
            roots.add(certificate).map_err(|error| cannot(error.to_string()))?;
        }
        if roots.is_empty() {
            return Err(cannot("there is no certificate in it".into()));
        }
        self.authorities = Some(Arc::new(roots));
        Ok(self)
    }

    /// Whether connections are encrypted.
    pub fn uses_tls(&self) -> bool {
        self.config.get_ssl_mode() == SslMode::Require
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// How servers are believed.
    pub(super) fn tls(&self) -> Result<ClientConfig, OpenError> {
        let roots = match &self.authorities {
            Some(roots) => roots.clone(),
            // Without TLS no certificate is looked at.
            None if !self.uses_tls() => Arc::new(RootCertStore::empty()),
            None => Arc::new(system_roots()),
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.map_err(|error| OpenError::Refused(format!("TLS cannot be used: {error}")))?;
        Ok(config.with_root_certificates(roots).with_no_client_auth())
    }
}

/// Never shows the password.
impl fmt::Debug for DatabaseAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseAddress")
    }
}

fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    // What cannot be read trusts nobody.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
    }
}

/// What is wrong with an address, without what stands in it.
fn reason(error: &tokio_postgres::Error) -> String {
    use std::error::Error as _;
    let said = error.source().map(ToString::to_string).unwrap_or_default();
    // Of an unknown parameter the name is in backticks, and of a wrong value the parameter's.
    let is_safe = said.starts_with("unknown option `") || said.starts_with("invalid value for option `");
    if is_safe { said } else { "it cannot be understood".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uses_tls(text: &str) -> bool {
        DatabaseAddress::parse(text).unwrap().uses_tls()
    }

    #[test]
    fn a_database_over_the_network_is_reached_by_tls_unless_that_is_declined() {
        assert!(uses_tls("postgres://ana@db.example/hubbub"));
        assert!(uses_tls("postgres://ana@127.0.0.1,10.0.0.1/hubbub"));
        assert!(uses_tls("postgresql://ana@127.0.0.1/hubbub?sslmode=verify-full"));
        assert!(uses_tls("postgres://ana@localhost:5433/hubbub?connect_timeout=3&sslmode=require"));
        assert!(uses_tls("postgres:///hubbub?hostaddr=10.0.0.6"));
        assert!(uses_tls("postgres://localhost/hubbub?hostaddr=10.0.0.6"));
        assert!(uses_tls("postgres://ana:sslmode=disable@db.example/hubbub"));
        assert!(!uses_tls("postgres://localhost/hubbub?hostaddr=127.0.0.1"));
        assert!(!uses_tls("postgres://ana@db.example/hubbub?sslmode=disable"));
        assert!(!uses_tls("postgres://ana@localhost:5433/hubbub"));
        assert!(!uses_tls("postgres://ana@[::1]/hubbub"));
        assert!(!uses_tls("postgres:///hubbub?host=/var/run/postgresql"));
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        let wrong = |text| DatabaseAddress::parse(text).unwrap_err();
        assert_eq!(wrong("mysql://ana:secret@a/b"), "write it as postgres://USER:PASSWORD@HOST:PORT/NAME");
        assert_eq!(wrong("postgres:///hubbub"), "it names no host");
        assert_eq!(wrong("postgres://ana:secret@a"), "it names no database: end it with /NAME");
        assert!(wrong("postgres://a/b?sslmod=require").contains("sslmod"));
        for text in ["postgres://ana:secret@a:port/b", "postgres://ana:secret@[a/b", "postgres://secret@a/b?x=secret"] {
            let wrong = wrong(text);
            assert!(!wrong.contains("secret") && !wrong.is_empty(), "{wrong}");
        }
        let address = DatabaseAddress::parse("postgres://ana:secret@a/b").unwrap();
        assert!(!format!("{address:?}").contains("secret"));
    }

    #[test]
    fn authorities_are_of_use_with_tls_alone() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let local = DatabaseAddress::parse("postgres://a@localhost/b").unwrap();
        assert!(local.trusting(file.path()).unwrap_err().to_string().contains("sslmode=require"));
        let remote = DatabaseAddress::parse("postgres://a@b/c").unwrap();
        assert!(remote.clone().trusting(file.path()).unwrap_err().to_string().contains("no certificate"));
        assert!(remote.trusting(Path::new("/nowhere/ca.pem")).unwrap_err().to_string().contains("/nowhere/ca.pem"));
    }
}
