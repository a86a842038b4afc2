//! The events of a group: their classes, entities and lanes, and the purposes of random streams.

use super::super::plan::{FaultPlan, Plan};
use crate::engine::{Stream, mix, name_key};
use crate::protocol::Message;

/// The classes of simultaneous events, in their order ([order](crate::engine#order)).
#[derive(Clone, Copy)]
#[repr(u8)]
pub(super) enum Class {
    Fault = 0,
    TransactionTimeout = 1,
    SessionExpiry = 2,
    Arrival = 3,
    ClientTimer = 4,
    Call = 5,
}

/// Entities that are gateway instances: their events come after those of users at the same instant and class.
pub(super) const INSTANCES: u32 = 1 << 31;
/// The faults of the group.
pub(super) const FAULTS: u32 = 3 << 30;

/// The links under the legs: after the faults of their instant.
pub(super) const LINKS: u32 = FAULTS | 1 << 28;

/// Purposes of random streams. Numbers are never reused: they are part of what a seed means.
#[derive(Clone, Copy)]
#[repr(u32)]
pub(super) enum Purpose {
    SignIn = 1,
    SignOut = 2,
    Incoming = 3,
    Outgoing = 4,
    RefreshJitter = 5,
    Reestablish = 6,
    Glare = 7,
    Loss = 8,
    GatewayGlare = 9,
    Service = 10,
    Fault = 11,
    RouteExpiry = 12,
    Attendance = 13,
    OwnRate = 14,
    Lunch = 15,
    Share = 16,
    ConnectionDeath = 17,
    Mix = 18,
}

/// The stream of a fault at one of those that it hits. Each fault has a number of its own in the key, so that one more
/// fault shifts no draws.
pub(in crate::deployment) fn fault_stream(
    plan: &Plan,
    replication: u32,
    fault: &FaultPlan,
    hit: u64,
) -> Stream {
    let key = mix(hit, u64::from(fault.number) << 8 | fault.config.kind as u64);
    Stream::open(plan.seed, replication, key, Purpose::Fault as u32)
}

/// The key of the streams of faults at a gateway instance.
pub(in crate::deployment) fn instance_key(gateway: &str, number: u32) -> u64 {
    mix(name_key(gateway), u64::from(number))
}

/// The key of the streams of faults of OCS, which all users share: it names no gateway.
pub(in crate::deployment) fn ocs_key() -> u64 {
    name_key("OCS")
}

/// FIFO lanes for events due a fixed delay after they are scheduled.
#[derive(Clone, Copy)]
pub(super) enum Lane {
    Messages = 0,
    Timeouts = 1,
}

/// The events of a group.
#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    Arrival(Message),
    /// A message at OCS, between its two legs.
    Relay(Message),
    ClientAlarm,
    DialogAlarm(u32),
    NextCall,
    /// The next recorded call of the user's client group.
    RecordedCall,
    /// The next recorded sign-in or sign-out of the user's client group.
    RecordedSign,
    CallAlarm(u32),
    SignIn,
    SignOut,
    /// The user signs out; the next day to sign in is this one of the run.
    DayEnds(u16),
    /// A service ends in this slot of the instance's station.
    ServiceEnds(u32),
    FaultBegins,
    FaultEnds,
    /// A user's fault begins: its index among the faults of the group.
    UserFaultBegins(u32),
    UserFaultEnds(u32),
    /// The users' faults of this instant have all begun.
    AllUsersHit(u32),
    /// A middlebox may have forgotten a connection.
    Idle,
    /// A connection that was found dead is replaced.
    ReplaceConnection,
    /// OCS forgets the route of this dialog.
    RouteExpires(u32),
    /// A link may carry again: every fault of the instant has begun or ended.
    LinkRestored,
    /// The connection of a user or an instance dies.
    ConnectionDies,
    /// Something was sent on a dead connection.
    ConnectionResets,
    /// The relay's timer for a dialog.
    RelayTimer(u32),
    /// The relay probes both sides of a dialog.
    RelayProbe(u32),
    /// The time for the answers to its probe is over.
    RelayProbeJudged(u32),
}
