//! The classic capture file: a header and packets, in either byte order, microseconds or nanoseconds.

use std::io::Read;

use super::decode::{Decoder, Packet};
use super::error::{Stop, fill};

/// The longest packet that is believed, bytes: tcpdump's own limit.
pub(super) const PACKET_MOST: usize = 262_144;

/// Reads the packets; returns how many there were.
pub(super) fn read(reader: &mut impl Read, decoder: &mut Decoder) -> Result<u64, Stop> {
    let mut header = [0; 24];
    if fill(reader, &mut header)? < header.len() {
        return Err(Stop::Content(
            "pcap: the file ends within its header".into(),
        ));
    }
    let big = header[0] == 0xa1;
    let word = |bytes: &[u8]| {
        let bytes = [bytes[0], bytes[1], bytes[2], bytes[3]];
        if big {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        }
    };
    let nanoseconds = word(&header) == 0xa1b2_3c4d;
    // The upper half may say how long the frame check sequence is.
    let link = (word(&header[20..]) & 0xffff) as u16;
    let mut frame = 0;
    let mut data = Vec::new();
    loop {
        let mut record = [0; 16];
        let read_len = fill(reader, &mut record)?;
        if read_len == 0 {
            return Ok(frame);
        }
        let length = word(&record[8..]) as usize;
        if read_len < record.len() {
            decoder.warn(frame + 1, "the file ends within the header of this frame");
            return Ok(frame);
        }
        if length > PACKET_MOST {
            decoder.warn(
                frame + 1,
                &format!(
                    "a length of {length} bytes is no packet's: the rest of the file is left out"
                ),
            );
            return Ok(frame);
        }
        frame += 1;
        data.resize(length, 0);
        let read_len = fill(reader, &mut data)?;
        let fraction = u64::from(word(&record[4..]));
        let micros = if nanoseconds {
            fraction / 1000
        } else {
            fraction
        };
        let at_us = Some(u64::from(word(&record)) * 1_000_000 + micros);
        if read_len < length {
            decoder.warn(frame, "the file ends within this frame");
        }
        decoder.packet(&Packet {
            frame,
            at_us,
            link,
            data: &data[..read_len],
        })?;
        if read_len < length {
            return Ok(frame);
        }
    }
}
