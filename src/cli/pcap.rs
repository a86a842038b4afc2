//! What clients and gateways of a scenario say, as a packet capture: the messages of the ladder on the wire.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use super::fault::Fault;
use super::terminal::say;
use crate::capture::{Endpoints, PcapWriter};
use crate::deployment::{Fate, Observer, Transport, observe};
use crate::protocol::{Message, Side};
use crate::quantity::Time;
use crate::scenario::Scenario;
use crate::wire::{Dialog, Endpoint, Identity};

/// Whose messages.
#[derive(Clone, Copy)]
pub(super) struct ClientUser {
    /// The client group.
    pub(super) clients: usize,
    /// The user, counted from 0.
    pub(super) user: u32,
}

/// The first users of a scenario, one client group after the other.
pub(super) fn first_users(scenario: &Scenario, count: u32) -> Vec<ClientUser> {
    let groups = scenario.plan.clients.iter().enumerate();
    let users = groups.flat_map(|(clients, group)| {
        (0..group.count).map(move |user| ClientUser { clients, user })
    });
    users.take(count as usize).collect()
}

/// Collects every copy that some users' messages are sent in: when, by which of them, what.
struct CopyCollector {
    /// Users by their number within the group of the simulation.
    users: BTreeMap<u32, usize>,
    messages: Vec<(Time, usize, Message)>,
}

impl Observer for CopyCollector {
    fn message(&mut self, now: Time, user: u32, message: &Message, fate: Fate) {
        if let Some(index) = self.users.get(&user).filter(|_| fate == Fate::Sent) {
            self.messages.push((now, *index, *message));
        }
    }
}

/// How the messages travel: UDP where one leg is UDP, as SIP retransmits then. TLS is written as TCP, in the clear.
pub(super) fn transport(scenario: &Scenario, clients: usize) -> Transport {
    let group = &scenario.plan.clients[clients];
    let legs = [&group.path, &scenario.plan.gateways[group.gateway].path];
    let has = |transport| legs.iter().any(|leg| leg.transport == transport);
    if has(Transport::Udp) {
        Transport::Udp
    } else if has(Transport::Tls) {
        Transport::Tls
    } else {
        Transport::Tcp
    }
}

/// A user on the wire.
struct Wire {
    client: SocketAddr,
    gateway: SocketAddr,
    is_udp: bool,
    identity: Identity,
    dialogs: BTreeMap<u32, Dialog>,
}

/// Users at one port: so many addresses has the network 192.0.2.0/24.
const USERS_AT_PORT: usize = 250;

impl Wire {
    fn new(scenario: &Scenario, index: usize, subject: ClientUser) -> Self {
        let is_udp = transport(scenario, subject.clients) == Transport::Udp;
        let last = (1 + index % USERS_AT_PORT) as u8;
        let port = if is_udp { 5060 } else { 49_152 } + (index / USERS_AT_PORT) as u16;
        let client = SocketAddr::from(([192, 0, 2, last], port));
        let number = scenario.plan.clients[subject.clients].gateway;
        let gateway = SocketAddr::from(([198, 51, 100, (1 + number % 250) as u8], 5060));
        Self {
            identity: identity(index, client, gateway, if is_udp { "UDP" } else { "TCP" }),
            client,
            gateway,
            is_udp,
            dialogs: BTreeMap::new(),
        }
    }

    fn outbound(&self) -> Endpoints {
        Endpoints {
            from: self.client,
            to: self.gateway,
        }
    }

    /// The text of a message, and where it goes.
    fn print(&mut self, index: usize, message: &Message) -> (Endpoints, Vec<u8>) {
        let identity = &self.identity;
        let key = || format!("{}-{}", index + 1, message.dialog);
        let dialog = self
            .dialogs
            .entry(message.dialog)
            .or_insert_with(|| Dialog::new(identity.clone(), &key()));
        let bytes = dialog.print(message).print();
        let back = Endpoints {
            from: self.gateway,
            to: self.client,
        };
        let is_back = message.from == Side::Gateway;
        (if is_back { back } else { self.outbound() }, bytes)
    }
}

/// The messages of users, in their order.
fn messages(
    scenario: &Scenario,
    subjects: &[ClientUser],
    replication: u32,
) -> Vec<(Time, usize, Message)> {
    let plan = &scenario.plan;
    let mut groups: BTreeMap<(usize, u32), BTreeMap<u32, usize>> = BTreeMap::new();
    for (index, subject) in subjects.iter().enumerate() {
        let (group, offset) = plan.place_of(subject.clients, subject.user);
        let gateway = plan.clients[subject.clients].gateway;
        let users = groups.entry((gateway, group)).or_default();
        users.insert(offset, index);
    }
    let mut messages = Vec::new();
    for ((gateway, group), users) in groups {
        let sent = CopyCollector {
            users,
            messages: Vec::new(),
        };
        let sent = observe(plan, gateway, group, replication, sent)
            .unwrap_or_else(|| unreachable!("nobody stops it"));
        messages.extend(sent.messages);
    }
    messages.sort_by_key(|(at, index, _)| (*at, *index));
    messages
}

/// The capture of users in a replication (counted from 0), their first `most` messages, each at the instant at which it is
/// sent, by the simulated clock: the day of the run is 1 January 1970. Names and numbers are of example.test and of the
/// range 555-01xx, addresses of the networks for documentation.
pub(super) fn capture(
    scenario: &Scenario,
    users: &[ClientUser],
    replication: u32,
    limit: usize,
) -> Vec<u8> {
    let mut wires: Vec<Wire> = users
        .iter()
        .enumerate()
        .map(|(index, subject)| Wire::new(scenario, index, *subject))
        .collect();
    let mut writer = PcapWriter::new();
    let mut last_us = 0;
    for (at, index, message) in messages(scenario, users, replication).iter().take(limit) {
        let wire = &mut wires[*index];
        let (ends, bytes) = wire.print(*index, message);
        last_us = scenario.plan.start.0 + at.0;
        if wire.is_udp {
            writer.udp(last_us, ends, &bytes);
        } else {
            writer.tcp(last_us, ends, &bytes);
        }
    }
    for wire in &wires {
        writer.close(last_us, wire.outbound());
    }
    writer.into_bytes()
}

/// Writes a capture to a file, and says where it does not show what is on the wire.
///
/// # Errors
/// The system's refusal.
pub(super) fn write(
    path: &Path,
    scenario: &Scenario,
    users: &[ClientUser],
    replication: u32,
    limit: usize,
) -> Result<(), Fault> {
    if users
        .iter()
        .any(|subject| transport(scenario, subject.clients) == Transport::Tls)
    {
        say!("note: the path is TLS; the capture shows the messages over TCP, in the clear");
    }
    let bytes = capture(scenario, users, replication, limit);
    std::fs::write(path, bytes).map_err(|cause| Fault::World {
        action: path.display().to_string(),
        cause,
    })
}

/// Refuses a file that cannot be written, before anything is simulated for it.
///
/// # Errors
/// Its folder is missing, or it is a folder itself.
pub(super) fn refuse(path: &Path) -> Result<(), Fault> {
    let refused = |why: &str| {
        let name = path.display();
        Err(Fault::Input(format!("--pcap {name}: {why}")))
    };
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if path.is_dir() {
        return refused("it is a folder; name a file in it");
    }
    match folder.is_none_or(Path::is_dir) {
        true => Ok(()),
        false => refused("its folder is not there; make it, or give another path"),
    }
}

fn identity(
    user: usize,
    client: SocketAddr,
    gateway: SocketAddr,
    transport: &'static str,
) -> Identity {
    let product = concat!("rccsim/", env!("CARGO_PKG_VERSION"));
    let end = |uri: String, host: SocketAddr| Endpoint {
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
