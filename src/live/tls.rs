//! TLS, as blocking streams: rustls, whose provider `ring` needs a C compiler and nothing else.

use std::io::{self, ErrorKind};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, StreamOwned,
};

/// Why there is no TLS.
#[derive(thiserror::Error, Debug)]
pub enum TlsError {
    /// The text holds no certificate.
    #[error("no certificate in PEM form")]
    NoCertificate,
    /// The text holds no private key.
    #[error("no private key in PEM form: {0}")]
    NoKey(String),
    /// The machine's own certificates cannot be read.
    #[error("the certificates that this machine trusts cannot be read: {0}")]
    NoRoots(String),
    /// Certificate or key cannot be used.
    #[error("{0}")]
    Unusable(#[from] rustls::Error),
}

/// Whose certificates a client believes.
#[derive(Clone, Debug)]
pub struct TlsTrust(Arc<ClientConfig>);

/// Who a gateway proves to be.
#[derive(Clone, Debug)]
pub struct TlsIdentity(Arc<ServerConfig>);

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .filter_map(Result::ok)
        .collect();
    if chain.is_empty() {
        return Err(TlsError::NoCertificate);
    }
    Ok(chain)
}

impl TlsTrust {
    /// Believes the certificates of a text in PEM form, and nobody else.
    ///
    /// # Errors
    /// There is none, or it cannot be used.
    pub fn of_pem(pem: &[u8]) -> Result<Self, TlsError> {
        let mut roots = RootCertStore::empty();
        for certificate in certificates(pem)? {
            roots.add(certificate)?;
        }
        Self::of_roots(roots)
    }

    /// Believes whom this machine believes.
    ///
    /// # Errors
    /// Its certificates cannot be read.
    pub fn of_system() -> Result<Self, TlsError> {
        let loaded = rustls_native_certs::load_native_certs();
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(loaded.certs);
        if roots.is_empty() {
            let why = loaded
                .errors
                .first()
                .map_or_else(|| "there are none".into(), ToString::to_string);
            return Err(TlsError::NoRoots(why));
        }
        Self::of_roots(roots)
    }

    fn of_roots(roots: RootCertStore) -> Result<Self, TlsError> {
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }

    /// Opens TLS on a connection to a peer that must prove to be `name`, a host name or an address.
    pub(super) fn shake_hands(
        &self,
        mut socket: TcpStream,
        name: &str,
    ) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
        let name = name.trim_matches(['[', ']']).to_string();
        let name = ServerName::try_from(name)
            .map_err(|error| io::Error::new(ErrorKind::InvalidInput, error))?;
        let mut connection =
            ClientConnection::new(Arc::clone(&self.0), name).map_err(io::Error::other)?;
        while connection.is_handshaking() {
            connection.complete_io(&mut socket)?;
        }
        Ok(StreamOwned::new(connection, socket))
    }
}

impl TlsIdentity {
    /// Of a certificate, with those that vouch for it, and its private key, both as PEM.
    ///
    /// # Errors
    /// One of them is missing, or they do not belong together.
    pub fn of_pem(certificate: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let chain = certificates(certificate)?;
        let key = PrivateKeyDer::from_pem_slice(key)
            .map_err(|error| TlsError::NoKey(error.to_string()))?;
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        Ok(Self(Arc::new(config)))
    }

    /// Opens TLS on a connection that was accepted.
    pub(super) fn shake_hands(
        &self,
        mut socket: TcpStream,
    ) -> io::Result<StreamOwned<ServerConnection, TcpStream>> {
        let mut connection =
            ServerConnection::new(Arc::clone(&self.0)).map_err(io::Error::other)?;
        while connection.is_handshaking() {
            connection.complete_io(&mut socket)?;
        }
        Ok(StreamOwned::new(connection, socket))
    }
}
