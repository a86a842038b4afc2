//! The plan of a deployment: what the scenario asks for, checked and typed.

use super::station::StationConfig;
use crate::faults::FaultConfig;
use crate::protocol::{ClientConfig, GatewayConfig};
use crate::quantity::{Day, Moment, Span, Time};
use crate::workload::{
    Lunch, RecordedCall, RecordedSign, Recording, RunDays, SignIn, WorkloadConfig,
};

/// The transport of a leg.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transport {
    /// TLS over TCP: reliable, in order.
    Tls,
    /// TCP: reliable, in order.
    Tcp,
    /// UDP: messages may be lost, SIP retransmits.
    Udp,
}

/// One leg of the way between client and gateway.
#[derive(Clone, PartialEq, Debug)]
pub struct PathConfig {
    /// Transport. Default TLS (OCS speaks TCP and TLS only).
    pub transport: Transport,
    /// One-way delay. Default 0.
    pub delay: Span,
    /// Probability that a packet is lost, each way: a lost message on UDP, a delay of 300 ms, doubling, on TCP and TLS. Default 0.
    pub loss: f64,
    /// An intermediary on this leg that rewrites the Allow header of the 200 to INVITE: the fix for those who cannot change the gateway (assumption). Default: none.
    pub relay_allow: Option<crate::protocol::Allow>,
    /// A middlebox forgets a connection that is idle for so long; `None`: none does. Default none.
    pub idle_timeout: Option<Span>,
    /// What it does then. Default silent.
    pub idle_action: IdleAction,
    /// Keep-alives of OCS on the client leg after so long without traffic. Default none.
    pub keep_alive: Option<Span>,
    /// OCS forgets the route of a dialog after a time uniform between these (published: 12 to 24 h). Default never.
    pub route_expiry: Option<(Span, Span)>,
    /// A relay or SBC ends a dialog after so long without a refresh that it counts. Default never.
    pub relay_timer: Option<Span>,
    /// Which refreshes its timer counts. Default both methods.
    pub relay_timer_restarts: RelayRestarts,
    /// How it ends a dialog. Default BYE to both sides.
    pub relay_timer_end: RelayEnd,
    /// It sends OPTIONS in the dialog to both sides so often. Default never.
    pub relay_probe: Option<Span>,
    /// So many probes in a row without an answer end the dialog. Default 1.
    pub relay_probe_misses: u32,
    /// It writes this Session-Expires, whole seconds, into the client's INVITEs and UPDATEs that have one. Default untouched.
    pub relay_session_expires: Option<Span>,
    /// The same for their Min-SE. Default untouched.
    pub relay_min_se: Option<Span>,
    /// ACKs never arrive. Default they do.
    pub loses_ack: bool,
    /// Which way packets are lost. Default both.
    pub loss_direction: LossDirection,
    /// Connections die at random, after exponential times with this mean. Default never.
    pub connection_lifetime: Option<Span>,
    /// How a dead connection is noticed. Default silence.
    pub connection_end: ConnectionEnd,
}

/// Which refreshes restart the dialog timer of a relay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RelayRestarts {
    /// re-INVITE and UPDATE.
    Both,
    /// re-INVITE only.
    ReInvite,
    /// UPDATE only.
    Update,
    /// None: it runs from the INVITE.
    Nothing,
}

/// How a relay ends a dialog.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RelayEnd {
    /// It sends BYE to both sides.
    Bye,
    /// It forgets the dialog, and answers 481 from then on.
    Silent,
}

/// Which way packets are lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LossDirection {
    /// Both.
    Both,
    /// Towards the client.
    ToClient,
    /// Towards the gateway.
    ToGateway,
}

/// How a connection that died is noticed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConnectionEnd {
    /// What is sent on it vanishes.
    Silent,
    /// The next message on it is answered by a reset, which both ends notice at once.
    ResetAtUse,
}

/// What a middlebox does with an idle connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IdleAction {
    /// Drops what comes from then on.
    Silent,
    /// Resets it, which both ends notice at once.
    Reset,
}

/// What a gateway forgets when it restarts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Forgets {
    /// Every dialog.
    Sessions,
    /// Monitors: dialogs stand, events do not flow.
    Monitors,
    /// Nothing.
    Nothing,
}

/// A `[[gateway]]`: `count` alike gateways, each a group of its own.
#[derive(Clone, PartialEq, Debug)]
pub struct GatewayPlan {
    /// Its name.
    pub name: String,
    /// How many of them; the users of a client group go to them in turn.
    pub count: u32,
    /// Protocol settings.
    pub config: GatewayConfig,
    /// The OCS–gateway leg.
    pub path: PathConfig,
    /// Its servers and queue; `None`: it answers at once.
    pub station: Option<StationConfig>,
    /// Most monitored dialogs; more are refused as CSTA `overallMonitorLimitExceeded`. Default no limit.
    pub max_sessions: Option<u32>,
    /// Most monitored dialogs of one line. Default no limit.
    pub max_sessions_per_line: Option<u32>,
    /// Most calls followed at once; of others no event comes. Default no limit.
    pub max_calls: Option<u32>,
    /// What a restart forgets. Default every dialog.
    pub forgets: Forgets,
    /// Further gateways that stand by for all `count` of them. Default 0.
    pub spare: u32,
    /// A user is moved to a spare gateway when the own has been down for so long. Default 60 s (assumption).
    pub rehome_after: Span,
}

impl GatewayPlan {
    /// Groups that are simulated on their own, and gateways in each: spare gateways tie all of them together.
    pub fn groups(&self) -> (u32, u32) {
        if self.spare == 0 {
            (self.count, 1)
        } else {
            (1, self.count + self.spare)
        }
    }
}

/// Whom a fault hits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FaultTarget {
    /// A `[[gateway]]`, or one of its instances; of client faults, their users.
    Gateway(usize, Option<u32>),
    /// The users of a `[[clients]]`.
    Clients(usize),
    /// Everybody.
    All,
}

impl FaultTarget {
    /// Whether it hits users of the client group of that index.
    pub fn hits(self, index: usize, clients: &ClientPlan) -> bool {
        match self {
            Self::Gateway(gateway, _) => clients.gateway == gateway,
            Self::Clients(hit) => index == hit,
            Self::All => true,
        }
    }
}

/// A `[[fault]]`.
#[derive(Clone, PartialEq, Debug)]
pub struct FaultPlan {
    /// Its name.
    pub name: String,
    /// What and when.
    pub config: FaultConfig,
    /// Whom.
    pub target: FaultTarget,
    /// Tells faults of the same kind and target apart: their number among those.
    pub number: u32,
    /// Tells those of one section apart, which hits several or comes several times: their number in it, from 0.
    pub occurrence: u32,
}

/// What a run knows beforehand of its rare faults: nothing comes before `until`, and then what `first` says.
#[derive(Clone, PartialEq, Debug)]
pub struct Foreknown {
    /// The rare faults, as indices into [`Plan::faults`].
    pub faults: Vec<usize>,
    /// None of them comes before.
    pub until: Time,
    /// Which of them comes then (index into [`Plan::faults`]), and at which of those that draw it; `None`: none does.
    pub first: Option<(usize, u64)>,
}

/// Users of a client group with another client program.
#[derive(Clone, PartialEq, Debug)]
pub struct MixPart {
    /// The shares of the programs before it, 0 to 1: a user has the last program that begins at or below a number drawn
    /// uniformly for the user, so that other shares leave all else as it is.
    pub from: f64,
    /// Its protocol settings.
    pub config: ClientConfig,
}

/// A `[[clients]]`: `count` users, alike but for the programs of a mix.
#[derive(Clone, PartialEq, Debug)]
pub struct ClientPlan {
    /// Its name.
    pub name: String,
    /// How many users.
    pub count: u32,
    /// Index into [`Plan::gateways`].
    pub gateway: usize,
    /// Protocol settings.
    pub config: ClientConfig,
    /// Further client programs among them. Default none: all are alike.
    pub mix: Vec<MixPart>,
    /// Their calls.
    pub workload: WorkloadConfig,
    /// The client–OCS leg.
    pub path: PathConfig,
    /// When they sign in.
    pub sign_in: SignIn,
    /// When they sign out; `None`: not before the horizon.
    pub sign_out: Option<SignIn>,
    /// When they are away for lunch; `None`: they stay signed in. Default none.
    pub lunch: Option<Lunch>,
    /// How far their clocks are ahead of the scenario's, microseconds. Default 0.
    pub ahead_us: i64,
    /// Share of them who sign in at all. Default 1.
    pub attendance: f64,
    /// On which days of the run they sign in, if they sign out again. Default every day.
    pub days: RunDays,
    /// Calls that are replayed instead of drawn; [`ClientPlan::workload`] has their mean rates then. Default none.
    pub recorded_calls: Option<Recording<RecordedCall>>,
    /// Sign-ins and sign-outs that are replayed instead of drawn. Default none.
    pub recorded_signs: Option<Recording<RecordedSign>>,
}

impl ClientPlan {
    /// The same group with one program alone.
    pub fn with_program(&self, config: &ClientConfig) -> Self {
        Self {
            config: config.clone(),
            mix: Vec::new(),
            ..self.clone()
        }
    }

    /// The program of the user for whom this number was drawn: 0, or 1 and more of the mix.
    pub(super) fn program(&self, uniform: f64) -> u8 {
        self.mix.iter().filter(|part| part.from <= uniform).count() as u8
    }

    /// The protocol settings of a program.
    #[inline]
    pub(super) fn config_of(&self, program: u8) -> &ClientConfig {
        match program {
            0 => &self.config,
            _ => &self.mix[usize::from(program) - 1].config,
        }
    }

    /// The protocol settings of every program.
    pub fn configs(&self) -> impl Iterator<Item = &ClientConfig> {
        std::iter::once(&self.config).chain(self.mix.iter().map(|part| &part.config))
    }

    /// The same with the share of the users that each has.
    pub fn shares(&self) -> impl Iterator<Item = (f64, &ClientConfig)> {
        let ends = self.mix.iter().map(|part| part.from).chain([1.0]);
        let mut begins = 0.0;
        self.configs().zip(ends).map(move |(config, end)| {
            let share = end - std::mem::replace(&mut begins, end);
            (share, config)
        })
    }

    /// How often a user signs in at most: again on each day that follows a sign-out, and after lunch.
    pub fn sign_ins_at_most(&self, start: Span, horizon: Time) -> u64 {
        let start_us = start.0 as i64 + self.ahead_us;
        let repeats = self.sign_out.is_some() && self.recorded_signs.is_none();
        let last = self.sign_in.last_day(start_us, horizon);
        let days = 1 + if repeats { u64::from(last) } else { 0 };
        days * if self.lunch.is_some() { 2 } else { 1 }
    }
}

/// A deployment to simulate. Every value is valid: the scenario parser saw to it.
#[derive(Clone, PartialEq, Debug)]
pub struct Plan {
    /// The scenario's name.
    pub name: String,
    /// Seed of every random stream.
    pub seed: u64,
    /// Time of day at which the run starts, since midnight.
    pub start: Span,
    /// The day on which it starts; `None`: any. Default none.
    pub start_day: Option<Day>,
    /// The run's length; nothing happens at the horizon itself.
    pub horizon: Time,
    /// The gateways.
    pub gateways: Vec<GatewayPlan>,
    /// The client groups.
    pub clients: Vec<ClientPlan>,
    /// What goes wrong.
    pub faults: Vec<FaultPlan>,
    /// Drop rows kept per run in `drops.csv`. Default 100 000.
    pub drops_limit: u64,
    /// What is known beforehand of its rare faults; `None`: they come as they do. Default none.
    pub foreknown: Option<Foreknown>,
}

impl Plan {
    /// Whole hours that are simulated, at least one.
    pub fn whole_hours(&self) -> u64 {
        (self.horizon.0 / 3_600_000_000).max(1)
    }

    /// Whole hours of all users of one replication: what its cost grows with.
    pub fn user_hours(&self) -> u64 {
        let users: u64 = self.clients.iter().map(|c| u64::from(c.count)).sum();
        users.saturating_mul(self.whole_hours())
    }

    /// Whether the users of a gateway share a queue or a limit, which few of them would not fill.
    pub fn shares_limit(&self, gateway: usize) -> bool {
        let gateway_config = &self.gateways[gateway];
        let mut clients = self.clients.iter().filter(|c| c.gateway == gateway);
        gateway_config.station.is_some()
            || gateway_config.max_sessions.is_some()
            || gateway_config.max_calls.is_some()
            || clients.any(|c| c.config.setup_pace.is_some())
    }

    /// When the run starts.
    pub fn start_moment(&self) -> Moment {
        Moment {
            day: self.start_day,
            clock: self.start,
        }
    }

    /// The groups that are simulated on their own: gateway and number of the group.
    pub fn groups(&self) -> Vec<(usize, u32)> {
        let gateways = self.gateways.iter().enumerate();
        gateways
            .flat_map(|(index, gateway)| (0..gateway.groups().0).map(move |group| (index, group)))
            .collect()
    }

    /// The group of a user of a client group (`number` from 0), and the user's place in it.
    pub fn place_of(&self, clients: usize, number: u32) -> (u32, u32) {
        let gateway = self.clients[clients].gateway;
        let (groups, _) = self.gateways[gateway].groups();
        let group = number % groups;
        // Users are numbered within the group, one client group after another.
        let share = |count: u32| {
            if count > group {
                (count - group).div_ceil(groups)
            } else {
                0
            }
        };
        let before = self.clients[..clients]
            .iter()
            .filter(|c| c.gateway == gateway)
            .map(|c| share(c.count))
            .sum::<u32>();
        (group, before + number / groups)
    }
}
