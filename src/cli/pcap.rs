//! What one user's client and gateway say, as a packet capture: the messages of the ladder on the wire.

use std::collections::BTreeMap;
use std::net::SocketAddrV4;

use crate::capture::{Endpoints, PcapWriter};
use crate::deployment::{Fate, Observer, Transport, observe};
use crate::protocol::{Message, Side};
use crate::quantity::Time;
use crate::scenario::Scenario;
use crate::wire::{Dialog, Endpoint, Identity};

/// Whose messages.
#[derive(Clone, Copy)]
pub(super) struct Whose {
    /// The client group.
    pub clients: usize,
    /// The user, counted from 0.
    pub user: u32,
    /// The replication, counted from 0.
    pub replication: u32,
}

/// Collects every copy that is sent.
struct Sent {
    user: u32,
    messages: Vec<(Time, Message)>,
}

impl Observer for Sent {
    fn message(&mut self, now: Time, user: u32, message: &Message, fate: Fate) {
        if user == self.user && fate == Fate::Sent {
            self.messages.push((now, *message));
        }
    }
}

/// How the messages travel: UDP where one leg is UDP, as SIP retransmits then. TLS is written as TCP, in the clear.
pub(super) fn transport(scenario: &Scenario, clients: usize) -> Transport {
    let group = &scenario.plan.clients[clients];
    let legs = [&group.path, &scenario.plan.gateways[group.gateway].path];
    let has = |wanted| legs.iter().any(|leg| leg.transport == wanted);
    if has(Transport::Udp) {
        Transport::Udp
    } else if has(Transport::Tls) {
        Transport::Tls
    } else {
        Transport::Tcp
    }
}

/// The capture of a user's first `most` messages, each at the instant at which it is sent, by the simulated clock: the
/// day of the run is 1 January 1970. Names and numbers are of example.test and of the range 555-01xx.
pub(super) fn capture(scenario: &Scenario, whose: Whose, most: usize) -> Vec<u8> {
    let plan = &scenario.plan;
    let gateway = plan.clients[whose.clients].gateway;
    let (place, within) = plan.place_of(whose.clients, whose.user);
    let sent = Sent {
        user: within,
        messages: Vec::new(),
    };
    let sent = observe(plan, gateway, place, whose.replication, sent)
        .unwrap_or_else(|| unreachable!("nobody stops it"));
    let is_udp = transport(scenario, whose.clients) == Transport::Udp;
    let client = SocketAddrV4::new([192, 0, 2, 1].into(), if is_udp { 5060 } else { 49_152 });
    let gateway = SocketAddrV4::new([192, 0, 2, 2].into(), 5060);
    let identity = identity(
        whose.user,
        client,
        gateway,
        if is_udp { "UDP" } else { "TCP" },
    );
    let mut dialogs: BTreeMap<u32, Dialog> = BTreeMap::new();
    let mut writer = PcapWriter::new();
    let mut last_us = 0;
    for (at, message) in sent.messages.iter().take(most) {
        let key = format!("{}-{}", whose.user + 1, message.dialog);
        let dialog = dialogs
            .entry(message.dialog)
            .or_insert_with(|| Dialog::new(identity.clone(), &key));
        let bytes = dialog.print(message).print();
        let there = Endpoints {
            from: client,
            to: gateway,
        };
        let back = Endpoints {
            from: gateway,
            to: client,
        };
        let ends = if message.from == Side::Client {
            there
        } else {
            back
        };
        last_us = plan.start.0 + at.0;
        if is_udp {
            writer.udp(last_us, ends, &bytes);
        } else {
            writer.tcp(last_us, ends, &bytes);
        }
    }
    writer.close(
        last_us,
        Endpoints {
            from: client,
            to: gateway,
        },
    );
    writer.into_bytes()
}

fn identity(
    user: u32,
    client: SocketAddrV4,
    gateway: SocketAddrV4,
    transport: &'static str,
) -> Identity {
    let product = concat!("rccsim/", env!("CARGO_PKG_VERSION"));
    let end = |uri: String, host: SocketAddrV4| Endpoint {
        uri,
        host: host.to_string(),
        product: product.into(),
    };
    let number = 100 + (user + 1) % 99;
    Identity {
        client: end(format!("sip:user{}@example.test", user + 1), client),
        gateway: end(format!("sip:line{}@gw.example.test", user + 1), gateway),
        transport,
        line: format!("tel:+12025550{number};ext={number}"),
        caller: "tel:+12025550199".into(),
    }
}
