//! Sockets that carry SIP messages.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

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

    /// Whether messages arrive without being sent again.
    fn is_reliable(&self) -> bool;

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
        UdpSocket::bind(at).map(UdpLine)
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

    fn is_reliable(&self) -> bool {
        false
    }

    fn local(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// A TCP connection.
#[derive(Debug)]
pub struct TcpLine {
    stream: TcpStream,
    framer: Framer,
    peer: SocketAddr,
}

impl TcpLine {
    /// Connects.
    ///
    /// # Errors
    /// The system's.
    pub fn connect(to: SocketAddr, wait: Duration) -> io::Result<Self> {
        Self::of_stream(TcpStream::connect_timeout(&to, wait)?)
    }

    /// Of a connection that was accepted.
    ///
    /// # Errors
    /// The system's.
    pub fn of_stream(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        let peer = stream.peer_addr()?;
        Ok(Self {
            stream,
            framer: Framer::default(),
            peer,
        })
    }

    fn next(&mut self) -> Option<SipText> {
        std::iter::from_fn(|| self.framer.message()).find_map(Result::ok)
    }
}

impl Line for TcpLine {
    fn receive(&mut self, wait: Duration) -> io::Result<Option<(SipText, SocketAddr)>> {
        if let Some(text) = self.next() {
            return Ok(Some((text, self.peer)));
        }
        self.stream.set_read_timeout(Some(wait.max(WAIT_LEAST)))?;
        let mut buffer = [0; 16_384];
        match self.stream.read(&mut buffer) {
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
        self.stream.write_all(&text.print())
    }

    fn is_reliable(&self) -> bool {
        true
    }

    fn local(&self) -> io::Result<SocketAddr> {
        self.stream.local_addr()
    }
}
