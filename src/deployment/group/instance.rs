//! One gateway instance of the group, and the leg between a client and OCS.

use super::super::path::{Connection, OutageEnd};
use super::super::plan::{GatewayPlan, Plan};
use super::super::station::Station;
use super::event::Purpose;
use super::relay_dialog::RelayDialog;
use crate::engine::{Stream, mix, name_key};
use crate::faults::Occurrence;
use crate::protocol::Message;
use crate::quantity::{Span, Time};

/// One gateway of the group.
pub(super) struct GatewayInstance<'a> {
    /// Its number among those of its name.
    pub(super) number: u32,
    /// The OCS–gateway leg, shared by all of its users.
    pub(super) connection: Connection,
    /// When it dies.
    pub(super) deaths: Option<Stream>,
    /// Until when the leg is interrupted.
    pub(super) link_down_until: OutageEnd,
    /// Until when the gateway is down or stalled.
    pub(super) down_until: Option<Time>,
    pub(super) down_since: Time,
    /// Until when connections to it are refused.
    pub(super) refuses_until: Option<Time>,
    /// Messages that wait for the end of an outage of the leg.
    pub(super) waiting: Vec<Waiting>,
    pub(super) idle_filed: bool,
    pub(super) events: u32,
    /// Monitored dialogs.
    pub(super) sessions: u32,
    /// Calls that it follows, where there is a limit on them.
    pub(super) calls: u32,
    /// Its servers and queue, where it has any.
    pub(super) station: Option<Station<'a>>,
}

impl<'a> GatewayInstance<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        gateway: &'a GatewayPlan,
        number: u32,
        replication: u32,
    ) -> Self {
        let key = mix(name_key(&gateway.name), u64::from(number));
        let station = gateway.station.as_ref().map(|config| {
            let stream = Stream::open(plan.seed, replication, key, Purpose::Service as u32);
            Station::new(config, stream, plan.horizon)
        });
        GatewayInstance {
            number,
            connection: Connection::default(),
            deaths: None,
            link_down_until: None,
            down_until: None,
            down_since: Time::ZERO,
            refuses_until: None,
            waiting: Vec::new(),
            idle_filed: false,
            events: 0,
            sessions: 0,
            calls: 0,
            station,
        }
    }

    /// Whether it is down, and then whether connections are refused, which is noticed at once.
    pub(super) fn down(&self) -> Option<bool> {
        self.down_until.map(|_| self.refuses_until.is_some())
    }
}

/// A message on TCP or TLS that waits for its link, and takes so long from then on.
pub(super) struct Waiting {
    pub(super) user: u32,
    pub(super) message: Message,
    pub(super) takes: Span,
}

/// The leg between a client and OCS, where there is anything to know of it.
#[derive(Default)]
pub(super) struct ClientLine {
    pub(super) connection: Connection,
    pub(super) asleep_until: Option<Time>,
    /// Where users move between gateways: from which dialog on the user is served by which.
    pub(super) homes: Vec<(u32, u16)>,
    /// The dialogs whose routes OCS has forgotten.
    pub(super) routes_lost: Vec<u32>,
    pub(super) routes: Option<Stream>,
    pub(super) faults: Vec<Stream>,
    pub(super) occurrences: Vec<Option<Occurrence>>,
    pub(super) idle_filed: bool,
    /// When its connection dies.
    pub(super) deaths: Option<Stream>,
    /// The dialogs that a relay between the legs holds.
    pub(super) relayed: Vec<RelayDialog>,
    /// The dialog that the relay ended last.
    pub(super) ended_by_relay: Option<u32>,
}

impl ClientLine {
    pub(super) fn new(routes: Stream) -> Self {
        Self {
            routes: Some(routes),
            ..Self::default()
        }
    }
}
