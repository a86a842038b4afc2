//! An answer to a session description (RFC 3264), for clients that speak of media in the INVITE whose dialog is to be
//! watched: every stream is accepted, and none flows.

/// The answer to an offer, from `host`; `None`: it is no offer.
pub(super) fn answer(offer: &[u8], host: &str) -> Option<String> {
    let offer = std::str::from_utf8(offer).ok()?;
    if !offer.trim_start().starts_with("v=0") {
        return None;
    }
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    let host = host.trim_matches(['[', ']']);
    let family = if host.contains(':') { "IP6" } else { "IP4" };
    let mut text =
        format!("v=0\r\no=- 1 1 IN {family} {host}\r\ns=-\r\nc=IN {family} {host}\r\nt=0 0\r\n");
    let mut lines = offer.lines().peekable();
    while let Some(line) = lines.next() {
        // m=audio 4000 RTP/AVP 0 8 (RFC 4566 §5.14): the first format is taken.
        let Some(media) = line.strip_prefix("m=") else {
            continue;
        };
        let words: Vec<&str> = media.split_whitespace().collect();
        let [kind, port, protocol, format, ..] = words[..] else {
            return None;
        };
        let port = if port == "0" { "0" } else { "9" };
        text += &format!("m={kind} {port} {protocol} {format}\r\n");
        let map = format!("a=rtpmap:{format} ");
        while let Some(line) = lines.next_if(|line| !line.starts_with("m=")) {
            if line.starts_with(&map) {
                text += &format!("{line}\r\n");
            }
        }
        text += "a=inactive\r\n";
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stream_of_an_offer_is_answered_by_its_first_format() {
        let offer =
            b"v=0\r\no=a 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 0\r\n\
            a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\nm=video 0 RTP/AVP 96\r\n";
        let answer = answer(offer, "192.0.2.2:5060").unwrap();
        assert_eq!(
            answer,
            "v=0\r\no=- 1 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n\
            a=rtpmap:8 PCMA/8000\r\na=inactive\r\nm=video 0 RTP/AVP 96\r\na=inactive\r\n"
        );
        assert_eq!(super::answer(b"<xml/>", "192.0.2.2:5060"), None);
        assert_eq!(super::answer(b"v=0\nm=audio", "192.0.2.2:5060"), None);
    }
}
