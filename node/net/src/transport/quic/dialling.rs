//! Dialling, from the port on which we listen where there is one, and waiting for whom we punch a hole.

use std::collections::hash_map::{DefaultHasher, Entry};
use std::hash::{Hash as _, Hasher as _};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use futures::FutureExt as _;
use futures::channel::oneshot;
use futures::future::{BoxFuture, Either, select};
use libp2p::core::Endpoint;
use libp2p::core::transport::{DialOpts, PortUse, TransportError, TransportEvent};
use libp2p::{Multiaddr, PeerId};

use super::connection::{Connecting, Connection};
use super::listener::{Event, Listener};
use super::{QuicError, Transport, address, is_v4, listener, punch};

type Dial = BoxFuture<'static, Result<(PeerId, Connection), QuicError>>;

impl Transport {
    pub(super) fn dial_or_punch(
        &mut self,
        address: Multiaddr,
        options: DialOpts,
    ) -> Result<Dial, TransportError<QuicError>> {
        let found = address::to_socket(&address);
        let usable = found.filter(|(to, _)| to.port() != 0 && !to.ip().is_unspecified());
        let Some((to, peer)) = usable else {
            return Err(TransportError::MultiaddrNotSupported(address));
        };
        match options.role {
            // DCUtR asks for it with `PortUse::Reuse`, as suits TCP; two QUIC clients would only pass each other.
            Endpoint::Listener => {
                let peer = peer.ok_or(TransportError::MultiaddrNotSupported(address))?;
                Ok(self.punch(to, peer)?)
            }
            Endpoint::Dialer => Ok(self.connect(to, options.port_use)?),
        }
    }

    fn connect(&mut self, to: SocketAddr, port_use: PortUse) -> Result<Dial, QuicError> {
        let endpoint = self.endpoint(to, port_use)?;
        let config = self.configs.client(to.ip());
        let (handshake, windows) = (self.configs.timing.handshake, self.windows.clone());
        Ok(async move {
            // A name is required and of no meaning: the certificate is libp2p's own.
            let connecting = endpoint.connect_with(config, to, "l")?;
            Connecting::new(connecting, handshake, windows).await
        }
        .boxed())
    }

    /// The endpoint to dial from: a listener's, so that a router's mapping of the port is the one that others know.
    fn endpoint(&mut self, to: SocketAddr, port_use: PortUse) -> Result<quinn::Endpoint, QuicError> {
        if port_use == PortUse::New {
            return self.unbound(to);
        }
        if let Some(listener) = self.listener_for(to) {
            return Ok(listener.endpoint().clone());
        }
        let family = is_v4(to.ip());
        if let Some(endpoint) = self.dialers.get(&family) {
            return Ok(endpoint.clone());
        }
        let endpoint = self.unbound(to)?;
        self.dialers.insert(family, endpoint.clone());
        Ok(endpoint)
    }

    /// One of the listeners that reach `to`, always the same for the same address.
    fn listener_for(&mut self, to: SocketAddr) -> Option<&mut Listener> {
        let mut listeners: Vec<_> = self
            .listeners
            .iter_mut()
            .filter(|listener| listener.reaches(to.ip()))
            .collect();
        let mut hasher = DefaultHasher::new();
        to.hash(&mut hasher);
        let index = (hasher.finish() as usize).checked_rem(listeners.len())?;
        Some(listeners.swap_remove(index))
    }

    /// An endpoint on a port of its own.
    fn unbound(&mut self, to: SocketAddr) -> Result<quinn::Endpoint, QuicError> {
        self.wake();
        let socket = if to.is_ipv4() {
            listener::bind((Ipv4Addr::UNSPECIFIED, 0).into())?
        } else {
            listener::bind((Ipv6Addr::UNSPECIFIED, 0).into())?
        };
        let config = self.configs.endpoint.clone();
        let runtime = Arc::new(quinn::TokioRuntime);
        Ok(quinn::Endpoint::new(config, None, socket, runtime)?)
    }

    /// Opens our router for a peer that is dialling us, and waits for its connection.
    fn punch(&mut self, to: SocketAddr, peer: PeerId) -> Result<Dial, QuicError> {
        let listener = self.listener_for(to).ok_or(QuicError::NoListener)?;
        let punching = punch::holes(listener.socket()?, to, self.configs.timing.handshake);
        let (sender, receiver) = oneshot::channel();
        self.punching.retain(|_, waiting| !waiting.is_canceled());
        match self.punching.entry(to) {
            Entry::Occupied(_) => return Err(QuicError::PunchUnderWay(to)),
            Entry::Vacant(place) => {
                place.insert(sender);
            }
        }
        Ok(async move {
            match select(receiver, punching.boxed()).await {
                Either::Left((Ok(connecting), _)) => {
                    let (found, connection) = connecting.await?;
                    if found != peer {
                        tracing::debug!(%peer, %found, "another peer came through the hole");
                    }
                    Ok((found, connection))
                }
                // The transport is gone.
                Either::Left((Err(_), _)) => Err(QuicError::NoListener),
                Either::Right((error, _)) => Err(error),
            }
        }
        .boxed())
    }

    /// Gives a connection that answers a punched hole to whom waits for it; any other event passes.
    pub(super) fn answer_to_a_punch(&mut self, event: Event) -> Option<Event> {
        let TransportEvent::Incoming {
            listener_id,
            upgrade,
            local_addr,
            send_back_addr,
        } = event
        else {
            return Some(event);
        };
        let from = address::to_socket(&send_back_addr).map(|(from, _)| from);
        let waiting = from.and_then(|from| self.punching.remove(&from));
        let upgrade = match waiting {
            None => upgrade,
            // Whoever waited has given up: it is a connection like any other.
            Some(waiting) => match waiting.send(upgrade) {
                Ok(()) => return None,
                Err(upgrade) => upgrade,
            },
        };
        Some(TransportEvent::Incoming {
            listener_id,
            upgrade,
            local_addr,
            send_back_addr,
        })
    }
}
