//! The lines with which programs introduce a SIP message in their logs.

use super::clock::Stamp;
use super::observation::Transport;

/// How the lines of a message are dressed up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Dress {
    /// As they are.
    #[default]
    Plain,
    /// Each ends with a full stop for its line end (ngrep).
    FullStops,
    /// Each is indented by three spaces (sofia).
    Indented,
    /// A tree whose deeper branches repeat what stands above (Wireshark).
    Tree,
    /// Fields in front of the message, `Start-Line:`, `Message-Body:` (Snooper).
    Record,
}

/// What is known of a message before its first line.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Intro {
    /// The form of the log.
    pub form: Option<&'static str>,
    /// The time.
    pub stamp: Option<Stamp>,
    /// The sender.
    pub from: Option<String>,
    /// The receiver.
    pub to: Option<String>,
    /// How it travelled.
    pub transport: Option<Transport>,
    /// How its lines are dressed up.
    pub dress: Dress,
}

/// How start lines begin: responses, and requests of methods that are known.
pub(super) const OPENINGS: [&str; 14] = [
    "SIP/2.0 ",
    "INVITE ",
    "ACK ",
    "BYE ",
    "UPDATE ",
    "INFO ",
    "CANCEL ",
    "OPTIONS ",
    "REGISTER ",
    "PRACK ",
    "SUBSCRIBE ",
    "NOTIFY ",
    "REFER ",
    "MESSAGE ",
];

/// The program itself, in logs that name only the other end.
pub(super) const HERE: &str = "here";

impl Intro {
    fn new(form: &'static str) -> Self {
        Self {
            form: Some(form),
            ..Self::default()
        }
    }

    /// Of a packet that tcpdump printed.
    pub(super) fn tcpdump() -> Self {
        Self::new("tcpdump -A")
    }

    fn with_dress(self, dress: Dress) -> Self {
        Self { dress, ..self }
    }

    /// Sent to, or received from, a peer.
    fn with(mut self, sent: bool, peer: Option<String>) -> Self {
        let local = Some(HERE.to_string());
        let peer = peer.or(Some("peer".into()));
        (self.from, self.to) = if sent { (local, peer) } else { (peer, local) };
        self
    }

    fn between(mut self, from: &str, to: &str) -> Self {
        (self.from, self.to) = (Some(from.into()), Some(to.into()));
        self
    }

    fn over(mut self, text: &str) -> Self {
        self.transport = transport(text).or(self.transport);
        self
    }

    /// Adds what a second line says.
    pub(super) fn refine(&mut self, other: Self) {
        let Self {
            form,
            stamp,
            from,
            to,
            transport,
            dress,
        } = other;
        self.form = self.form.or(form);
        self.stamp = stamp.or(self.stamp);
        self.from = from.or(self.from.take());
        self.to = to.or(self.to.take());
        self.transport = transport.or(self.transport);
        if dress != Dress::Plain {
            self.dress = dress;
        }
    }
}

/// Whether a line begins a new message, or adds to what is known of it.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum LineKind {
    /// The first line of an introduction.
    Opens(Intro),
    /// Another one.
    Adds(Intro),
}

fn transport(text: &str) -> Option<Transport> {
    let text = text.trim_start();
    let transports = [
        ("udp", Transport::Udp),
        ("tcp", Transport::Tcp),
        ("tls", Transport::Tls),
        ("wss", Transport::Tls),
        ("ws", Transport::Tcp),
    ];
    let prefix = text.get(..3)?.to_ascii_lowercase();
    transports
        .into_iter()
        .find(|(word, _)| prefix.starts_with(word))
        .map(|(_, t)| t)
}

/// An address such as `UDP:127.0.0.1:5060`, `udp/[::1]:5060` or `TLS 192.0.2.9:5061:`, without the transport.
fn address(text: &str) -> Option<String> {
    let word = text.trim_start().trim_start_matches("tls/");
    let mut words = word.split_whitespace();
    let mut first = words.next()?;
    if transport(first).is_some() && !first.contains([':', '/']) {
        first = words.next()?;
    }
    let bare = match first.split_once(['/', ':']) {
        Some((name, rest)) if transport(name).is_some() && name.len() <= 4 => rest,
        _ => first,
    };
    let bare = bare.trim_end_matches([':', ',', '.', ';']);
    (!bare.is_empty()).then(|| bare.to_string())
}

/// Reads a line as an introduction.
pub(super) fn intro(line: &str) -> Option<LineKind> {
    let line = line.trim_end();
    let text = line.trim_start();
    if text.len() > 1024 {
        return None;
    }
    asterisk(text)
        .or_else(|| ruled(text))
        .or_else(|| stacks(text))
        .or_else(|| arrows(line))
        .or_else(|| tree(text))
        .or_else(|| second(text))
}

/// Asterisk, both channel drivers, and PJSIP's own log.
fn asterisk(text: &str) -> Option<LineKind> {
    let stamp = Stamp::find(text);
    let opens = |intro: Intro| Some(LineKind::Opens(Intro { stamp, ..intro }));
    let after = |words: &str| text.split_once(words).map(|(_, rest)| rest);
    if let Some(rest) = after("SIP read from ") {
        return opens(
            Intro::new("Asterisk chan_sip")
                .with(false, address(rest))
                .over(rest),
        );
    }
    for (words, sent) in [("Received SIP re", false), ("Transmitting SIP re", true)] {
        if let Some((_, rest)) =
            after(words).and_then(|r| r.split_once(if sent { " to " } else { " from " }))
        {
            return opens(
                Intro::new("Asterisk PJSIP")
                    .with(sent, address(rest))
                    .over(rest),
            );
        }
    }
    if let Some(rest) = after("ransmitting ").filter(|r| r.contains("NAT")) {
        let (_, rest) = rest.split_once(" to ")?;
        return opens(
            Intro::new("Asterisk chan_sip")
                .with(true, address(rest))
                .over(rest),
        );
    }
    for (words, sent) in [(".TX ", true), (".RX ", false)] {
        if let Some(rest) = after(words).filter(|r| r.contains(" bytes Re")) {
            let (_, rest) = rest.split_once(if sent { ") to " } else { ") from " })?;
            return opens(Intro::new("PJSIP").with(sent, address(rest)).over(rest));
        }
    }
    None
}

/// Snooper, SIPE and SIPp mark where messages begin.
fn ruled(text: &str) -> Option<LineKind> {
    let stamp = Stamp::find(text);
    let opens = |intro: Intro| Some(LineKind::Opens(Intro { stamp, ..intro }));
    if text.contains("$$begin_record") {
        return opens(Intro::new("OCS/Lync Snooper").with_dress(Dress::Record));
    }
    if let Some((_, rest)) = text.split_once("MESSAGE START ") {
        let stamp = Stamp::find(rest).or(stamp);
        let intro = Intro::new("SIPE debug").with(rest.starts_with('>'), None);
        return Some(LineKind::Opens(Intro { stamp, ..intro }));
    }
    if text.starts_with("--------------------") && stamp.is_some() {
        return opens(Intro::new("SIPp message trace"));
    }
    None
}

/// Sofia-SIP (FreeSWITCH, drachtio), AudioCodes and Cisco.
fn stacks(text: &str) -> Option<LineKind> {
    let opens = |stamp, intro: Intro| Some(LineKind::Opens(Intro { stamp, ..intro }));
    for (word, sent, place) in [
        ("send ", true, " bytes to "),
        ("recv ", false, " bytes from "),
    ] {
        let begins = text.starts_with(word) || text.contains(&format!(" {word}"));
        if let Some((_, rest)) = text.split_once(place).filter(|_| begins) {
            let (peer, at) = rest.split_once(" at ")?;
            let intro = Intro::new("Sofia-SIP")
                .with(sent, address(peer))
                .over(rest)
                .with_dress(Dress::Indented);
            return opens(Stamp::find(at), intro);
        }
    }
    for (words, sent) in [
        ("Outgoing SIP Message to ", true),
        ("Incoming SIP Message from ", false),
    ] {
        if let Some((_, rest)) = text.split_once(words) {
            return opens(
                Stamp::find(text),
                Intro::new("AudioCodes syslog").with(sent, address(rest)),
            );
        }
    }
    for (words, sent) in [("Sending Packet - ", true), ("Data Received - ", false)] {
        if let Some((before, rest)) = text
            .split_once(words)
            .filter(|(b, _)| !b.ends_with("End of "))
        {
            let intro = Intro::new("UCCAPI (Communicator)").with(sent, address(rest));
            return opens(Stamp::find(before), intro);
        }
    }
    if text.contains("ccsipDisplayMsg") {
        return opens(Stamp::find(text), Intro::new("Cisco ccsip"));
    }
    for (words, sent) in [("SendToNetwork: To ", true), ("ProcessRead: ", false)] {
        if let Some((_, rest)) = text.split_once(words) {
            return opens(
                Stamp::find(text),
                Intro::new("Avaya Voice Portal").with(sent, address(rest)),
            );
        }
    }
    None
}

/// ngrep and sngrep write from where to where.
fn arrows(line: &str) -> Option<LineKind> {
    let text = line.trim_start();
    let stamp = Stamp::find(text);
    let opens = |intro: Intro| Some(LineKind::Opens(Intro { stamp, ..intro }));
    let (before, after) = text.split_once(" -> ")?;
    let (from, to) = (
        before.split_whitespace().next_back()?,
        after.split_whitespace().next()?,
    );
    let is_address = |a: &str| a.contains(['.', ':']) && !a.contains(['<', '=', '@']);
    if !is_address(from) || !is_address(to) {
        return None;
    }
    let between = |form: &'static str| Intro::new(form).between(from, to);
    let over = |transport: &str| {
        opens(
            between("ngrep")
                .over(transport)
                .with_dress(Dress::FullStops),
        )
    };
    match text.split_whitespace().next()? {
        "U" => over("udp"),
        "T" => over("tcp"),
        _ if stamp.is_some() => opens(between("sngrep")),
        _ => None,
    }
}

/// Wireshark's tree, as exported.
fn tree(text: &str) -> Option<LineKind> {
    const FORM: &str = "Wireshark tree";
    let stamp = Stamp::find(text);
    let adds = |intro: Intro| Some(LineKind::Adds(intro));
    if text.starts_with("Frame ") && text.contains(" bytes on wire") {
        return Some(LineKind::Opens(Intro::new(FORM)));
    }
    if text.starts_with("Session Initiation Protocol") {
        return adds(Intro::new(FORM).with_dress(Dress::Tree));
    }
    if text.starts_with("Arrival Time: ") || text.starts_with("UTC Arrival Time: ") {
        return adds(Intro {
            stamp,
            ..Intro::new(FORM)
        });
    }
    if text.starts_with("Epoch Time: ") || text.starts_with("Epoch Arrival Time: ") {
        let (_, time) = text.split_once(": ")?;
        return adds(Intro {
            stamp: Stamp::find(time),
            ..Intro::new(FORM)
        });
    }
    let source = |name: &str, end: &str| {
        let (_, rest) = text.split_once(name)?;
        let value = rest.split(end).next()?.split_whitespace().next()?;
        Some(value.trim_end_matches(',').to_string())
    };
    let is_ip = text.starts_with("Internet Protocol Version ");
    let is_port = text.starts_with("User Datagram Protocol, ")
        || text.starts_with("Transmission Control Protocol, ");
    if is_ip {
        return adds(Intro::new(FORM).between(&source("Src: ", ",")?, &source("Dst: ", ",")?));
    }
    is_port.then(|| {
        let over = if text.starts_with('U') { "udp" } else { "tcp" };
        LineKind::Adds(Intro::new(FORM).over(over))
    })
}

/// Lines that only make sense after another: direction in SIPp, Cisco and Snooper.
fn second(text: &str) -> Option<LineKind> {
    let adds = |intro: Intro| Some(LineKind::Adds(intro));
    let default_intro = Intro::default();
    for (words, sent) in [(" message sent", true), (" message received", false)] {
        if text.contains(words) && transport(text).is_some() && text.ends_with(':') {
            return adds(default_intro.with(sent, None).over(text));
        }
    }
    match text {
        "Sent:" | "Sent: " => adds(default_intro.with(true, None)),
        "Received:" => adds(default_intro.with(false, None)),
        _ if text.starts_with("Direction: outgoing") => adds(default_intro.with(true, None)),
        _ if text.starts_with("Direction: incoming") => adds(default_intro.with(false, None)),
        _ => None,
    }
}

/// Whether a line ends a message.
pub(super) fn ends(line: &str) -> bool {
    let text = line.trim();
    let rule = |c: char| text.len() >= 10 && text.chars().all(|x| x == c);
    text == "--end msg--"
        || text == "$$end_record"
        || text.contains("MESSAGE END ")
        || text.contains("End of Sending Packet - ")
        || text.contains("End of Data Received - ")
        || (text.starts_with("<--") && text.ends_with("-->") && text.len() >= 12)
        || rule('-')
        || rule('=')
}
