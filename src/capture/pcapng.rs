//! The newer capture file: blocks, several sections and interfaces, each with its own link type and clock.

use std::io::Read;

use super::decode::{Decoder, Packet};
use super::error::{Stop, fill};
use super::pcap::PACKET_MOST;

/// The longest block that is believed, bytes: a packet with its options.
const BLOCK_MOST: usize = PACKET_MOST + 65_536;

/// An interface of a section.
struct Interface {
    link: u16,
    snap: usize,
    /// Units of time per second.
    per_second: u128,
    /// Added to all times, seconds.
    offset_s: i64,
}

struct PcapSection {
    big: bool,
    interfaces: Vec<Interface>,
}

impl PcapSection {
    fn half(&self, bytes: &[u8]) -> u16 {
        let bytes = [bytes[0], bytes[1]];
        if self.big {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        }
    }

    fn word(&self, bytes: &[u8]) -> u32 {
        let bytes = [bytes[0], bytes[1], bytes[2], bytes[3]];
        if self.big {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        }
    }

    /// The options of a block: code and value.
    fn options<'a>(&'a self, mut rest: &'a [u8]) -> impl Iterator<Item = (u16, &'a [u8])> {
        std::iter::from_fn(move || {
            if rest.len() < 4 {
                return None;
            }
            let (code, length) = (self.half(rest), usize::from(self.half(&rest[2..])));
            let value = rest.get(4..4 + length)?;
            rest = rest
                .get(4 + length.next_multiple_of(4)..)
                .unwrap_or_default();
            (code != 0).then_some((code, value))
        })
    }

    fn interface(&self, body: &[u8]) -> Interface {
        let mut interface = Interface {
            link: self.half(body),
            snap: self.word(&body[4..]) as usize,
            per_second: 1_000_000,
            offset_s: 0,
        };
        for (code, value) in self.options(&body[8..]) {
            match (code, value) {
                // if_tsresol: a power of ten, or of two where the top bit is set.
                (9, [resolution, ..]) => {
                    let exponent = u32::from(resolution & 0x7f).min(60);
                    let base: u128 = if resolution & 0x80 == 0 { 10 } else { 2 };
                    interface.per_second = base.checked_pow(exponent).unwrap_or(u128::MAX);
                }
                // if_tsoffset
                (14, [_, _, _, _, _, _, _, _]) => {
                    let (first, second) = (self.word(value), self.word(&value[4..]));
                    let (high, low) = if self.big {
                        (first, second)
                    } else {
                        (second, first)
                    };
                    interface.offset_s = (u64::from(high) << 32 | u64::from(low)) as i64;
                }
                _ => {}
            }
        }
        interface
    }
}

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const OLD_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;

/// Reads the packets of all sections; returns how many there were.
pub(super) fn read(reader: &mut impl Read, decoder: &mut Decoder) -> Result<u64, Stop> {
    let mut section = PcapSection {
        big: false,
        interfaces: Vec::new(),
    };
    let mut frame = 0;
    let mut body = Vec::new();
    loop {
        let mut opening = [0; 8];
        let length = fill(reader, &mut opening)?;
        if length == 0 {
            return Ok(frame);
        }
        let mut order = [0; 4];
        let begins_section = opening[..4] == SECTION.to_be_bytes();
        if length == opening.len() && begins_section {
            if fill(reader, &mut order)? < order.len() {
                return ends_early(decoder, frame);
            }
            let big = order == 0x1a2b_3c4d_u32.to_be_bytes();
            if !big && order != 0x1a2b_3c4d_u32.to_le_bytes() {
                return Err(Stop::Content(format!(
                    "pcapng: after frame {frame}: a section without its byte order mark"
                )));
            }
            section = PcapSection {
                big,
                interfaces: Vec::new(),
            };
        }
        if length < opening.len() {
            return ends_early(decoder, frame);
        }
        let total = section.word(&opening[4..]) as usize;
        let header_len = if begins_section { 12 } else { 8 };
        if !(header_len + 4..=BLOCK_MOST).contains(&total) {
            decoder.warn(
                frame + 1,
                &format!("a block of {total} bytes cannot be: the rest of the file is left out"),
            );
            return Ok(frame);
        }
        body.resize(total.next_multiple_of(4) - header_len, 0);
        let length = fill(reader, &mut body)?;
        let is_whole = length == body.len();
        // The last word repeats the length.
        let content = if is_whole {
            &body[..total - header_len - 4]
        } else {
            &body[..length]
        };
        let kind = section.word(&opening);
        block(&mut section, kind, content, &mut frame, decoder)?;
        if !is_whole {
            return ends_early(decoder, frame);
        }
    }
}

fn ends_early(decoder: &mut Decoder, frame: u64) -> Result<u64, Stop> {
    decoder.warn(
        frame,
        "the file ends within a block after this frame, or within it",
    );
    Ok(frame)
}

fn block(
    section: &mut PcapSection,
    kind: u32,
    body: &[u8],
    frame: &mut u64,
    decoder: &mut Decoder,
) -> Result<(), Stop> {
    match kind {
        INTERFACE if body.len() >= 8 => {
            let interface = section.interface(body);
            section.interfaces.push(interface);
            Ok(())
        }
        ENHANCED_PACKET | OLD_PACKET if body.len() >= 20 => {
            *frame += 1;
            let number = if kind == OLD_PACKET {
                u32::from(section.half(body))
            } else {
                section.word(body)
            };
            let Some(interface) = section.interfaces.get(number as usize) else {
                decoder.warn(*frame, &format!("interface {number} was not described"));
                return Ok(());
            };
            let ticks =
                u64::from(section.word(&body[4..])) << 32 | u64::from(section.word(&body[8..]));
            let length = (section.word(&body[12..]) as usize).min(body.len() - 20);
            let at_us = micros(ticks, interface);
            let data = &body[20..20 + length];
            decoder.packet(&Packet {
                frame: *frame,
                at_us: Some(at_us),
                link: interface.link,
                data,
            })
        }
        SIMPLE_PACKET if body.len() >= 4 => {
            *frame += 1;
            let Some(interface) = section.interfaces.first() else {
                decoder.warn(*frame, "no interface was described");
                return Ok(());
            };
            let snap = if interface.snap == 0 {
                usize::MAX
            } else {
                interface.snap
            };
            let length = (section.word(body) as usize).min(snap).min(body.len() - 4);
            let data = &body[4..4 + length];
            decoder.packet(&Packet {
                frame: *frame,
                at_us: None,
                link: interface.link,
                data,
            })
        }
        _ => Ok(()),
    }
}

/// The year 2286: a later time is none, and differences of times stay far from the end of their type.
const AT_MOST_US: i128 = 10_000_000_000_000_000;

fn micros(ticks: u64, interface: &Interface) -> u64 {
    let us = (u128::from(ticks) * 1_000_000 / interface.per_second) as i128;
    let us = us + i128::from(interface.offset_s) * 1_000_000;
    u64::try_from(us.clamp(0, AT_MOST_US)).unwrap_or(0)
}
