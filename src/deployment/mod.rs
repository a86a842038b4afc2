//! The only place where engine meets protocol: wiring, paths, probes and [`simulate`].
//!
//! # Time, order, chance
//!
//! A result is a function of program version, scenario and seed: the same bytes for any number of threads, OS and CPU. The
//! classes of simultaneous events, in their order: fault, transaction timeout, session expiry, message arrival, client
//! timer, call. All draws of a call are made when the call is created, always the same number, used or not.
//!
//! # Who takes part
//!
//! - **Gateway**: behaviour class, session timer, limits, a [`Station`], what a restart forgets, spare instances. The
//!   instances that can take each other's users, with those users, form a *group*, which is simulated on its own.
//! - **Cohort**: the users of one `[[clients]]` behind the gateways of one group.
//! - **Path**: two legs, client–OCS and OCS–gateway; the latter is one connection, shared by all users of the instance. OCS
//!   relays statelessly: no 100 Trying, no retransmission of its own (assumption). On TCP and TLS a message is not lost while
//!   the connection stands: loss becomes delay (retransmission after 300 ms, doubling), the order is kept, and in a link
//!   outage messages wait for its end. Only a reset, a black hole or giving up breaks the connection. Messages are lost on
//!   UDP only; SIP retransmits when a leg is UDP.
//! - **Faults**: crash (silent unless `reset`), stall, maintenance (BYE in all dialogs), link outage, OCS fail-over, route
//!   expiry, sleep, network change; a surge, a step of the rate of calls, fails nobody by itself. `mtbf` runs from repair to crash, `mttr` from crash to repair, both exponential.
//!
//! # Middleboxes
//!
//! They forget connections that are idle for too long (published): Azure load balancer 240 s (silent), AWS NLB 350 s, home
//! NAT about 300 s, Huawei USG 1200 s, Junos 1800 s, Cisco ASA 3600 s, NSX 7200 s. Idle counts per TCP connection, not per
//! dialog. After a silent drop each next request waits out its 32 s; a reset is noticed at once, and the client treats a
//! refused connection like a 503. OCS may end a dialog after 12 to 24 h (published).
//!
//! # Usable
//!
//! A user is usable while both ends hold the dialog, the monitor is on and both directions are reachable: links up,
//! connection open, gateway up and not stalled. Random loss and a full queue do not count. Otherwise, while signed in, the
//! user is in exactly one of `setting_up` (never yet established since sign-in), `silent` (the client still believes in its
//! session; sleep too) and `visible` (the client knows). The four times add up to the signed-in time exactly.
//!
//! A toast is due for each incoming call to a signed-in user. It is shown if DeliveredEvent reaches the client before the
//! call stops ringing, else missed, with the state at the call's arrival as cause, or, if usable then, `overload` (the
//! gateway refused or dropped the event) or `late`.
//!
//! # Laws
//!
//! Checked in release builds too: states add up to signed-in time; toasts due are shown or missed; messages sent are
//! delivered, lost or in flight; the sum of sojourn times is the integral of the number in the station; no machine waits
//! without a deadline.

mod call;
mod drop_log;
mod fault_count;
mod group;
mod interleave;
mod level;
mod list_pool;
mod observer;
pub(crate) mod parallel;
mod partial_result;
mod path;
mod plan;
mod probe;
mod randomness;
mod rare_faults;
mod rarity;
mod run_handle;
mod run_options;
mod simulate;
mod station;
mod throttle;
mod user_record;

pub use call::Direction;
pub use drop_log::DropLog;
pub(crate) use drop_log::{ROW, row_bytes, row_of_bytes};
pub use group::bytes_of_group;
pub use observer::{Fate, Observer};
pub use partial_result::PartialResult;
pub use plan::{
    ClientPlan, ConnectionEnd, FaultPlan, FaultTarget, Foreknown, Forgets, GatewayPlan, IdleAction,
    LossDirection, MixPart, PathConfig, Plan, RelayEnd, RelayRestarts, Transport,
};
pub use rare_faults::Stratum;
pub use rarity::RarestFaults;
pub use run_handle::RunHandle;
pub use run_options::FastPaths;
pub(crate) use run_options::RunOptions;
pub use simulate::{
    Replication, bytes_of_minutes, observe, simulate, simulate_with_fast_paths, units_at_once,
};
pub(crate) use simulate::{
    ReplicationPart, observe_with_tally, simulate_each, simulate_with_options,
};
pub use station::{JobClass, Overload, ServiceTime, Station, StationConfig, Work};
pub use throttle::ThrottleConfig;
