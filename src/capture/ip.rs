//! IP, UDP and TCP headers, taken apart with every length checked (RFC 791, RFC 8200, RFC 768, RFC 9293).
//!
//! By hand: etherparse 0.21 reads out of bounds in extension headers of IPv6 packets that were cut, as a fuzzed capture
//! showed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::fragment::Fragment;

/// What an IP packet carries.
#[derive(Debug)]
pub(super) struct IpPacket<'a> {
    /// The sender.
    pub from: IpAddr,
    /// The receiver.
    pub to: IpAddr,
    /// The protocol of the payload.
    pub protocol: u8,
    /// Where the payload belongs, if it is only a part.
    pub fragment: Option<Fragment>,
    /// The payload, as far as it was captured.
    pub payload: &'a [u8],
}

/// UDP's protocol number.
pub(super) const UDP: u8 = 17;
/// TCP's.
pub(super) const TCP: u8 = 6;

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// Takes an IP packet apart.
pub(super) fn ip(bytes: &[u8]) -> Option<IpPacket<'_>> {
    match bytes.first()? >> 4 {
        4 => ipv4(bytes),
        6 => ipv6(bytes),
        _ => None,
    }
}

fn ipv4(bytes: &[u8]) -> Option<IpPacket<'_>> {
    let header = usize::from(bytes.first()? & 15) * 4;
    let address = |at: usize| Some(IpAddr::V4(Ipv4Addr::from(word(bytes, at)?)));
    let total = usize::from(half(bytes, 2)?);
    // Zero where the network card cut the segments (offload): then all there is.
    let end = if total == 0 {
        bytes.len()
    } else {
        total.min(bytes.len())
    };
    let flags = half(bytes, 6)?;
    let (offset, more_fragments) = (usize::from(flags & 0x1fff) * 8, flags & 0x2000 != 0);
    let payload = bytes.get(header.max(20)..end)?;
    Some(IpPacket {
        from: address(12)?,
        to: address(16)?,
        protocol: *bytes.get(9)?,
        fragment: (offset > 0 || more_fragments).then_some(Fragment {
            id: u32::from(half(bytes, 4)?),
            offset,
            more_fragments,
        }),
        payload,
    })
}

fn ipv6(bytes: &[u8]) -> Option<IpPacket<'_>> {
    let address = |at: usize| {
        let octets: [u8; 16] = bytes.get(at..at + 16)?.try_into().ok()?;
        Some(IpAddr::V6(Ipv6Addr::from(octets)))
    };
    let length = usize::from(half(bytes, 4)?);
    let end = if length == 0 {
        bytes.len()
    } else {
        (40 + length).min(bytes.len())
    };
    let (mut protocol, mut payload) = (*bytes.get(6)?, bytes.get(40..end)?);
    let mut fragment = None;
    loop {
        let skipped = match protocol {
            // Hop-by-hop, routing, destination options, mobility: lengths in units of 8 after the first.
            0 | 43 | 60 | 135 => usize::from(*payload.get(1)?) * 8 + 8,
            // Authentication: in units of 4, less 2.
            51 => usize::from(*payload.get(1)?) * 4 + 8,
            44 => {
                let part = half(payload, 2)?;
                let (offset, more_fragments) = (usize::from(part & 0xfff8), part & 1 != 0);
                let is_whole = offset == 0 && !more_fragments;
                fragment = (!is_whole).then_some(Fragment {
                    id: word(payload, 4)?,
                    offset,
                    more_fragments,
                });
                8
            }
            _ => break,
        };
        protocol = *payload.first()?;
        payload = payload.get(skipped..)?;
        // What follows is put together first.
        if fragment.is_some() {
            break;
        }
    }
    Some(IpPacket {
        from: address(8)?,
        to: address(24)?,
        protocol,
        fragment,
        payload,
    })
}

/// The ports and payload of a datagram.
pub(super) fn udp(bytes: &[u8]) -> Option<(u16, u16, &[u8])> {
    let length = usize::from(half(bytes, 4)?);
    let end = if length < 8 {
        bytes.len()
    } else {
        length.min(bytes.len())
    };
    Some((half(bytes, 0)?, half(bytes, 2)?, bytes.get(8..end)?))
}

/// A TCP segment.
pub(super) struct TcpSegment<'a> {
    /// The sender's port.
    pub from: u16,
    /// The receiver's.
    pub to: u16,
    /// The number of the first byte.
    pub sequence: u32,
    /// SYN.
    pub begins: bool,
    /// FIN or RST.
    pub ends: bool,
    /// The bytes.
    pub payload: &'a [u8],
}

/// Takes a TCP segment apart.
pub(super) fn tcp(bytes: &[u8]) -> Option<TcpSegment<'_>> {
    let header = usize::from(*bytes.get(12)? >> 4) * 4;
    let flags = *bytes.get(13)?;
    Some(TcpSegment {
        from: half(bytes, 0)?,
        to: half(bytes, 2)?,
        sequence: word(bytes, 4)?,
        begins: flags & 2 != 0,
        ends: flags & 5 != 0,
        payload: bytes.get(header.max(20)..)?,
    })
}

/// Why a frame gives no IP packet.
#[derive(Debug)]
pub(super) enum NoIp {
    /// The link type is not known.
    Unsupported,
    /// The frame is shorter than its link layer.
    Short,
    /// It carries something else, or an IP header that cannot be.
    Other,
}

/// The IP packet in a frame of the given link type (LINKTYPE_ registry of tcpdump.org).
pub(super) fn frame(link: u16, data: &[u8]) -> Result<IpPacket<'_>, NoIp> {
    let rest = match link {
        1 => behind_type(data, 12)?,
        // Linux cooked: the protocol is the last field of the older header, and the first of the newer of 20 bytes.
        113 => behind_type(data, 14)?,
        276 => {
            let kind = half(data, 0).ok_or(NoIp::Short)?;
            behind_tags(kind, data.get(20..).ok_or(NoIp::Short)?)?
        }
        // BSD loopback: four bytes of address family, in the order of whoever captured.
        0 | 108 => data.get(4..).ok_or(NoIp::Short)?,
        // Raw IP, by its several numbers.
        12 | 14 | 101 | 228 | 229 => data,
        _ => return Err(NoIp::Unsupported),
    };
    ip(rest).ok_or(NoIp::Other)
}

fn behind_type(data: &[u8], at: usize) -> Result<&[u8], NoIp> {
    let kind = half(data, at).ok_or(NoIp::Short)?;
    behind_tags(kind, &data[at + 2..])
}

/// Steps over VLAN tags, MPLS labels and PPPoE.
fn behind_tags(mut kind: u16, mut rest: &[u8]) -> Result<&[u8], NoIp> {
    loop {
        match kind {
            0x0800 | 0x86dd => return Ok(rest),
            0x8100 | 0x88a8 | 0x9100 => {
                kind = half(rest, 2).ok_or(NoIp::Short)?;
                rest = &rest[4..];
            }
            0x8847 => {
                let label = word(rest, 0).ok_or(NoIp::Short)?;
                rest = &rest[4..];
                if label & 0x100 != 0 {
                    return Ok(rest);
                }
            }
            0x8864 => return rest.get(8..).ok_or(NoIp::Short),
            _ => return Err(NoIp::Other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extension_headers_are_stepped_over_and_a_cut_packet_is_none() {
        let mut packet = vec![0x60, 0, 0, 0, 0, 24, 0, 64];
        packet.extend([0; 32]);
        packet.extend([44, 0, 0, 0, 0, 0, 0, 0]); // hop-by-hop, then
        packet.extend([UDP, 0, 0, 9, 0, 0, 0, 7]); // a fragment at 8, more to come
        packet.extend(*b"8 bytes.");
        let read = ip(&packet).unwrap();
        let part = read.fragment.unwrap();
        assert_eq!(
            (
                read.protocol,
                part.id,
                part.offset,
                part.more_fragments,
                read.payload
            ),
            (UDP, 7, 8, true, &b"8 bytes."[..])
        );
        for cut in 0..packet.len() {
            let read = ip(&packet[..cut]);
            assert!(read.is_none_or(|r| r.payload.len() < 8), "{cut}");
        }
    }

    #[test]
    fn tags_of_the_link_layer_are_stepped_over() {
        let mut inner = vec![0x45, 0, 0, 20, 0, 1, 0, 0, 64, TCP];
        inner.extend([0, 0, 192, 0, 2, 1, 192, 0, 2, 2]);
        for tags in [
            vec![8, 0],
            vec![0x81, 0, 0, 5, 8, 0],
            vec![0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 8, 0],
            vec![0x88, 0x47, 0, 0, 1, 64],
        ] {
            let data = [vec![0; 12], tags, inner.clone()].concat();
            let packet = frame(1, &data).unwrap();
            assert_eq!(
                (packet.from.to_string().as_str(), packet.protocol),
                ("192.0.2.1", TCP)
            );
        }
        assert!(matches!(frame(1, &[0; 13]), Err(NoIp::Short)));
        assert!(matches!(frame(147, &inner), Err(NoIp::Unsupported)));
    }
}
