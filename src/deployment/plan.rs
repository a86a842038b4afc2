//! The plan of a deployment: what the scenario asks for, checked and typed.

use crate::protocol::{ClientConfig, GatewayConfig};
use crate::quantity::{Span, Time};
use crate::workload::{SignIn, WorkloadConfig};

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
}

/// A `[[clients]]`: `count` alike users.
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
    /// Their calls.
    pub workload: WorkloadConfig,
    /// The client–OCS leg.
    pub path: PathConfig,
    /// When they sign in.
    pub sign_in: SignIn,
    /// When they sign out; `None`: not before the horizon.
    pub sign_out: Option<SignIn>,
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
    /// The run's length; nothing happens at the horizon itself.
    pub horizon: Time,
    /// The gateways.
    pub gateways: Vec<GatewayPlan>,
    /// The client groups.
    pub clients: Vec<ClientPlan>,
    /// Drop rows kept per run in `drops.csv`. Default 100 000.
    pub drops_limit: u64,
}
