//! Listens for associations and serves each on a thread of its own.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use dokuei_dicom::network::{self, Ended, Plain, Settings, TlsError, TlsServer};
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};

use super::desk::Desk;
use crate::service::Node;

/// How long the listener rests when the system has no connection to give (no file is left to open).
const REST: Duration = Duration::from_millis(500);

/// The node cannot listen for DICOM.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReceptionError {
    /// The address is taken, or not one of this machine.
    #[error("the node cannot listen for DICOM on {address}: {source}")]
    Address {
        /// The address of the settings.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The certificates cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The settings were not checked.
    #[error("{0}")]
    Settings(String),
}

impl ReceptionError {
    /// What to do next.
    #[must_use]
    pub const fn next(&self) -> &'static str {
        match self {
            Self::Address { .. } => {
                "stop the program that uses it, or choose another address as listen below [dicom] of the settings file"
            }
            Self::Tls(_) => "correct the files below [dicom.tls] of the settings file",
            Self::Settings(_) => "correct [dicom] of the settings file",
        }
    }
}

/// What every association needs.
struct House {
    node: Node,
    settings: Settings,
    tls: Option<TlsServer>,
}

impl Node {
    /// Takes part in the DICOM network of the house from now on: sends what waits to its archives, and listens for
    /// associations, both when the settings say so.
    ///
    /// # Errors
    /// [`ReceptionError`].
    pub async fn receive(&self) -> Result<(), ReceptionError> {
        self.send_to_archives()?;
        let dicom = &self.config().dicom;
        let Some(address) = dicom.listen else {
            return Ok(());
        };
        let settings = dicom
            .settings()
            .map_err(|error| ReceptionError::Settings(error.to_string()))?;
        let tls = dicom.tls_files().as_ref().map(TlsServer::open).transpose()?;
        let taken = |source| ReceptionError::Address { address, source };
        let listener = TcpListener::bind(address).await.map_err(taken)?;
        let here = listener.local_addr().map_err(taken)?;
        if tls.is_none() && !here.ip().is_loopback() {
            tracing::warn!(%here, "DICOM comes without protection: whoever is in this network can read along");
        }
        self.0.reception.state().listening = Some(here);
        let house = House {
            node: self.clone(),
            settings,
            tls,
        };
        tokio::spawn(Arc::new(house).welcome(listener));
        Ok(())
    }
}

impl House {
    async fn welcome(self: Arc<Self>, listener: TcpListener) {
        let stop = self.node.0.reception.stop.clone();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = stop.cancelled() => return,
            };
            let seated = match accepted {
                Ok((stream, from)) => self.seat(stream, from.ip()),
                Err(error) => {
                    tracing::warn!(%error, "a DICOM connection could not be taken");
                    tokio::time::sleep(REST).await;
                    continue;
                }
            };
            match seated {
                Ok(Some((stream, address, id))) => {
                    let house = Arc::clone(&self);
                    tokio::task::spawn_blocking(move || house.serve(stream, address, id));
                }
                // Not told to them: this is how a flood ends.
                Ok(None) => tracing::debug!("too many DICOM connections wait"),
                Err(error) => tracing::warn!(%error, "a DICOM connection could not be taken"),
            }
        }
    }

    fn seat(
        &self,
        stream: TcpStream,
        address: IpAddr,
    ) -> io::Result<Option<(std::net::TcpStream, IpAddr, u64)>> {
        let (stream, address) = (stream.into_std()?, address.to_canonical());
        stream.set_nonblocking(false)?;
        let other = stream.try_clone()?;
        let id = self.node.0.reception.seat(address, other, self.node.now());
        Ok(id.map(|id| (stream, address, id)))
    }

    fn serve(&self, stream: std::net::TcpStream, address: IpAddr, id: u64) {
        let desk = Desk::new(self.node.clone(), id);
        let ended = self.associate(stream, address, &desk);
        // A seat is left and studies are told also when this thread panics: `Desk` does it when it is dropped.
        if let Ok(Ended::Broken(why)) = &ended
            && self.node.0.reception.broke(id, why, self.node.now())
        {
            let told = self
                .node
                .audit_stranger(&format!("dicom: {address}"), "refused", why);
            if let Err(error) = told {
                tracing::error!(code = error.code(), "the audit log cannot be written");
            }
        }
        match ended {
            Ok(Ended::Released) => tracing::debug!(%address, "a DICOM association was released"),
            Ok(ended) => tracing::debug!(%address, %ended, "a DICOM association ended before its release"),
            Err(error) => tracing::debug!(%address, %error, "a DICOM connection could not be used"),
        }
    }

    fn associate(&self, stream: std::net::TcpStream, address: IpAddr, desk: &Desk) -> io::Result<Ended> {
        let plain = Plain::new(stream)?;
        Ok(match &self.tls {
            Some(tls) => network::serve(tls.accept(plain)?, address, &self.settings, desk),
            None => network::serve(plain, address, &self.settings, desk),
        })
    }
}
