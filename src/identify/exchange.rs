//! Messages sorted into dialogs and transactions. Copies and the legs through a proxy are told apart by the addresses:
//! a copy travels the same way again, a relayed request another one.

use std::collections::BTreeMap;

use crate::capture::{Observation, Transport};
use crate::protocol::{Allow, Refresher, Subject};
use crate::wire::{Csta, SipText, Start};

/// One message on the wire.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Sighting {
    /// Frame or line.
    pub place: u64,
    /// When.
    pub at_us: Option<u64>,
    /// The leg, as a number.
    pub leg: usize,
}

/// A final answer.
#[derive(Clone, Debug)]
pub(super) struct FinalAnswer {
    /// Where it was first seen.
    pub sighting: Sighting,
    /// All its copies, on all legs.
    pub copies: Vec<Sighting>,
    /// The status code.
    pub code: u16,
    /// Its Allow header.
    pub allow: Allow,
    /// Session-Expires granted, seconds.
    pub granted_s: Option<u32>,
    /// Who refreshes.
    pub refresher: Option<Refresher>,
    /// Min-SE, seconds.
    pub min_se_s: Option<u32>,
    /// Retry-After, seconds.
    pub retry_after_s: Option<u32>,
}

/// A request and its answer.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    /// The method.
    pub method: String,
    /// Whether the client sent it: the side that opened the dialog.
    pub by_client: bool,
    /// Whether it was sent within the dialog.
    pub in_dialog: bool,
    /// Every copy on every leg.
    pub sent: Vec<Sighting>,
    /// Session-Expires as offered: the header, and its seconds.
    pub offered: Option<(String, u32)>,
    /// Min-SE, seconds.
    pub min_se_s: Option<u32>,
    /// What its CSTA body is about.
    pub subject: Option<Subject>,
    /// The call that the body names.
    pub call: Option<String>,
    /// The first final answer.
    pub answer: Option<FinalAnswer>,
}

impl Exchange {
    /// When it was first sent.
    pub(super) fn at_us(&self) -> Option<u64> {
        self.sent.first().and_then(|s| s.at_us)
    }

    /// Its code, if it was answered.
    pub(super) fn code(&self) -> Option<u16> {
        self.answer.as_ref().map(|a| a.code)
    }

    /// Whether it was answered by a 2xx.
    pub(super) fn succeeded(&self) -> bool {
        self.code().is_some_and(|code| (200..300).contains(&code))
    }

    /// How often its sender sent it: the copies on the leg that has most.
    pub(super) fn copies(&self) -> usize {
        let legs = self.sent.iter().map(|s| s.leg);
        let on = |leg| self.sent.iter().filter(|s| s.leg == leg).count();
        legs.map(on).max().unwrap_or(0)
    }

    /// Microseconds from the first copy to the answer.
    pub(super) fn response_us(&self) -> Option<u64> {
        Some(
            self.answer
                .as_ref()?
                .sighting
                .at_us?
                .saturating_sub(self.at_us()?),
        )
    }

    /// Frames or lines of all copies.
    pub(super) fn places(&self) -> Vec<u64> {
        self.sent.iter().map(|s| s.place).collect()
    }
}

/// A dialog as it was seen.
#[derive(Clone, Debug, Default)]
pub(super) struct DialogTrace {
    /// Which file.
    pub file: usize,
    /// Transactions in the order in which they began.
    pub exchanges: Vec<Exchange>,
    /// User-Agent of the first request.
    pub agent: String,
    /// Server (or User-Agent) of the first answer.
    pub server: String,
    /// Who called: kept to recognise the same client again, never written.
    pub caller: String,
    /// The way of each leg of its first request: from, to.
    pub ways: Vec<(String, String)>,
    /// How it travelled.
    pub transport: Option<Transport>,
    /// Whether it carries CSTA.
    pub csta: bool,
    /// ACKs whose number is not that of the INVITE they confirm: place of the first, and how many.
    pub odd_acks: Option<(u64, usize)>,
    /// Answers 100 to 199.
    pub provisional: usize,
    /// When its last message was seen.
    pub last_us: Option<u64>,
    keys: BTreeMap<(String, u32, String), usize>,
    legs: Vec<(String, String)>,
    client_tag: String,
}

impl DialogTrace {
    /// A dialog of which nothing was seen yet.
    pub(super) fn of_file(file: usize) -> Self {
        Self {
            file,
            ..Self::default()
        }
    }

    /// Takes a message of the dialog.
    pub(super) fn take(&mut self, observation: &Observation, caller_tag: &str) {
        let message = &observation.message;
        if self.exchanges.is_empty() && self.client_tag.is_empty() {
            self.client_tag = caller_tag.into();
        }
        self.transport = self.transport.or(observation.transport);
        self.last_us = observation.at_us.max(self.last_us);
        let from = observation.from.clone().unwrap_or_default();
        let to = observation.to.clone().unwrap_or_default();
        let leg = self.leg(&from, &to);
        let sighting = Sighting {
            place: observation.place,
            at_us: observation.at_us,
            leg,
        };
        match &message.start {
            Start::Request { .. } => self.request(message, sighting, (from, to)),
            Start::Response { code, .. } => self.answer(message, *code, sighting),
        }
    }

    /// The leg of a way, the same in both directions.
    fn leg(&mut self, from: &str, to: &str) -> usize {
        let way = if from < to {
            (from.to_string(), to.to_string())
        } else {
            (to.to_string(), from.to_string())
        };
        self.legs.iter().position(|l| *l == way).unwrap_or_else(|| {
            self.legs.push(way);
            self.legs.len() - 1
        })
    }

    fn key(message: &SipText) -> Option<(String, u32, String)> {
        let (number, method) = message.cseq()?;
        Some((
            method.to_ascii_uppercase(),
            number,
            message.tag_of_from().unwrap_or_default().into(),
        ))
    }

    fn request(&mut self, message: &SipText, sighting: Sighting, way: (String, String)) {
        let Some(key) = Self::key(message) else {
            return;
        };
        if key.0 == "ACK" {
            let confirms = self.keys.contains_key(&("INVITE".into(), key.1, key.2));
            if !confirms {
                let odd = self.odd_acks.get_or_insert((sighting.place, 0));
                odd.1 += 1;
            }
            return;
        }
        if self.exchanges.is_empty() {
            self.agent = message.header("User-Agent").unwrap_or_default().into();
            self.caller = message
                .header("From")
                .and_then(|f| f.split(';').next())
                .unwrap_or_default()
                .into();
        }
        let csta = Csta::read(&message.body);
        self.csta |= csta.as_ref().is_some_and(|c| c.subject().is_some());
        let index = *self.keys.entry(key.clone()).or_insert_with(|| {
            self.exchanges.push(Exchange {
                by_client: key.2 == self.client_tag,
                method: key.0,
                in_dialog: message.to_tag().is_some(),
                sent: Vec::new(),
                offered: message.session_expires().map(|se| {
                    (
                        message.header("Session-Expires").unwrap_or_default().into(),
                        se.seconds,
                    )
                }),
                min_se_s: message.min_se(),
                subject: csta.as_ref().and_then(Csta::subject),
                call: csta.and_then(|c| c.call),
                answer: None,
            });
            self.exchanges.len() - 1
        });
        let exchange = &mut self.exchanges[index];
        exchange.sent.push(sighting);
        if exchange.by_client && !self.ways.contains(&way) {
            self.ways.push(way);
        }
    }

    fn answer(&mut self, message: &SipText, code: u16, sighting: Sighting) {
        if code < 200 {
            self.provisional += 1;
            return;
        }
        let Some(key) = Self::key(message) else {
            return;
        };
        let Some(exchange) = self.keys.get(&key).map(|i| &mut self.exchanges[*i]) else {
            return;
        };
        if exchange.by_client && self.server.is_empty() {
            let product = message.header("Server").or(message.header("User-Agent"));
            self.server = product.unwrap_or_default().into();
        }
        if let Some(answer) = &mut exchange.answer {
            answer.copies.push(sighting);
            return;
        }
        let session = message.session_expires();
        exchange.answer = Some(FinalAnswer {
            sighting,
            copies: vec![sighting],
            code,
            allow: message.allow(),
            granted_s: session.map(|s| s.seconds),
            refresher: session.and_then(|s| s.refresher),
            min_se_s: message.min_se(),
            retry_after_s: message.retry_after(),
        });
    }
}
