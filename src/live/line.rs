//! Sockets that carry SIP messages.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

use super::{TlsIdentity, TlsTrust};
use crate::wire::{Framer, SipText};

/// A way to peers.
pub trait Line {
    /// The next message and its sender, if one comes within this time. What is no SIP is passed over.
    ///
    /// # Errors
    /// The system's; [`ErrorKind::UnexpectedEof`] where the peer closed the connection.
    fn receive(&mut self, wait: Duration) -> io::Result<Option<(SipText, SocketAddr)>>;

    /// Sends a message.
    ///
    /// # Errors
    /// The system's.
    fn send(&mut self, text: &SipText, to: SocketAddr) -> io::Result<()>;

    /// `UDP`, `TCP` or `TLS`, as Via names it.
    fn transport(&self) -> &'static str;

    /// Whether messages arrive without being sent again.
    fn is_reliable(&self) -> bool {
        self.transport() != "UDP"
    }

    /// The address of this end.
    ///
    /// # Errors
    /// The system's.
    fn local(&self) -> io::Result<SocketAddr>;
}

/// The shortest wait: zero would wait for ever.
const WAIT_LEAST: Duration = Duration::from_micros(200);

/// Nothing came in time, or an answer of the network that a datagram was refused, which is as good as no answer.
fn is_nothing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::WouldBlock
            | ErrorKind::TimedOut
            | ErrorKind::Interrupted
            | ErrorKind::ConnectionRefused
    )
}

/// UDP.
#[derive(Debug)]
pub struct UdpLine(UdpSocket);

impl UdpLine {
    /// A socket at this address.
    ///
    /// # Errors
    /// The system's.
    pub fn bind(at: SocketAddr) -> io::Result<Self> {
        UdpSocket::bind(at).map(Self)
    }
}

impl Line for UdpLine {
    fn receive(&mut self, wait: Duration) -> io::Result<Option<(SipText, SocketAddr)>> {
        self.0.set_read_timeout(Some(wait.max(WAIT_LEAST)))?;
        let mut buffer = [0; 65_536];
        match self.0.recv_from(&mut buffer) {
            Ok((length, from)) => Ok(SipText::parse(&buffer[..length])
                .ok()
                .map(|text| (text, from))),
            Err(error) if is_nothing(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn send(&mut self, text: &SipText, to: SocketAddr) -> io::Result<()> {
        match self.0.send_to(&text.print(), to) {
            Err(error) if !is_nothing(&error) => Err(error),
            _ => Ok(()),
        }
    }

    fn transport(&self) -> &'static str {
        "UDP"
    }

    fn local(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// Bytes that arrive in order: a TCP connection, or TLS above it.
trait Channel: Read + Write {}

impl<T: Read + Write> Channel for T {}

/// A connection over TCP, with or without TLS.
pub struct StreamLine {
    channel: Box<dyn Channel>,
    /// The same connection, for what concerns the socket itself.
    socket: TcpStream,
    transport: &'static str,
    framer: Framer,
    peer: SocketAddr,
}

impl StreamLine {
    /// Connects by TCP.
    ///
    /// # Errors
    /// The system's.
    pub fn connect(to: SocketAddr, wait: Duration) -> io::Result<Self> {
        Self::of_stream(TcpStream::connect_timeout(&to, wait)?)
    }

    /// Connects by TLS to a peer that must prove to be `name`.
    ///
    /// # Errors
    /// The system's; what is wrong with the peer's certificate.
    pub fn connect_tls(
        to: SocketAddr,
        wait: Duration,
        name: &str,
        trust: &TlsTrust,
    ) -> io::Result<Self> {
        let socket = TcpStream::connect_timeout(&to, wait)?;
        socket.set_read_timeout(Some(wait))?;
        let channel = trust.shake_hands(socket.try_clone()?, name)?;
        Self::new(socket, Box::new(channel), "TLS")
    }

    /// Of a TCP connection that was accepted.
    ///
    /// # Errors
    /// The system's.
    pub fn of_stream(socket: TcpStream) -> io::Result<Self> {
        let channel = Box::new(socket.try_clone()?);
        Self::new(socket, channel, "TCP")
    }

    /// Of a TCP connection that was accepted for TLS.
    ///
    /// # Errors
    /// The system's; what the peer did wrong.
    pub fn of_tls_stream(
        socket: TcpStream,
        wait: Duration,
        identity: &TlsIdentity,
    ) -> io::Result<Self> {
        socket.set_read_timeout(Some(wait))?;
        let channel = identity.shake_hands(socket.try_clone()?)?;
        Self::new(socket, Box::new(channel), "TLS")
    }

    fn new(
        socket: TcpStream,
        channel: Box<dyn Channel>,
        transport: &'static str,
    ) -> io::Result<Self> {
        socket.set_nodelay(true)?;
        Ok(Self {
            channel,
            peer: socket.peer_addr()?,
            socket,
            transport,
            framer: Framer::default(),
        })
    }

    fn next(&mut self) -> Option<SipText> {
        std::iter::from_fn(|| self.framer.message()).find_map(Result::ok)
    }
}

impl Line for StreamLine {
    fn receive(&mut self, wait: Duration) -> io::Result<Option<(SipText, SocketAddr)>> {
        if let Some(text) = self.next() {
            return Ok(Some((text, self.peer)));
        }
        self.socket.set_read_timeout(Some(wait.max(WAIT_LEAST)))?;
        let mut buffer = [0; 16_384];
        match self.channel.read(&mut buffer) {
            Ok(0) => Err(io::Error::new(
                ErrorKind::UnexpectedEof,
                "the peer closed the connection",
            )),
            Ok(length) => {
                self.framer.push(&buffer[..length]);
                let peer = self.peer;
                Ok(self.next().map(|text| (text, peer)))
            }
            Err(error) if is_nothing(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn send(&mut self, text: &SipText, _to: SocketAddr) -> io::Result<()> {
        self.channel.write_all(&text.print())?;
        self.channel.flush()
    }

    fn transport(&self) -> &'static str {
        self.transport
    }

    fn local(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }
}
