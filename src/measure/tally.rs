//! What one replication of one group of users counts.

use serde::{Deserialize, Serialize};

use super::histogram::Histogram;
use super::presence::Presence;
use crate::quantity::Time;

/// A plain counter of [`Tally`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum Counter {
    /// Completed set-ups.
    SessionsEstablished,
    /// Losses of usability that healed without a new set-up.
    Interruptions,
    /// INVITEs of new sessions (not their copies, not the second one after 422).
    SetupsAttempted,
    /// Set-ups that failed.
    SetupsFailed,
    /// Toasts decided: shown or missed.
    ToastsDue,
    /// Toasts shown.
    ToastsShown,
    /// Originations decided: succeeded or failed.
    OriginationsAttempted,
    /// Originations failed.
    OriginationsFailed,
    /// Refresh transactions begun.
    RefreshesAttempted,
    /// Refresh transactions that did not succeed.
    RefreshesFailed,
    /// Copies put on the gateway leg.
    MessagesSent,
    /// Copies lost on the gateway leg.
    MessagesLost,
    /// Copies that crossed the gateway leg.
    MessagesDelivered,
    /// Copies on the gateway leg at the horizon.
    MessagesInFlight,
    /// Copies put on the client leg.
    ClientLegSent,
    /// Copies lost on the client leg.
    ClientLegLost,
    /// Copies that crossed the client leg.
    ClientLegDelivered,
    /// Copies on the client leg at the horizon.
    ClientLegInFlight,
    /// Events popped from the future event list.
    Events,
}

/// How many [`Counter`]s there are.
const COUNTERS: usize = Counter::Events as usize + 1;

/// The root cause of a drop ([causes](super#drops-and-their-causes)).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
#[allow(missing_docs)] // the names are the definitions, in `DropCause::meaning`
pub enum DropCause {
    RefreshUnanswered,
    RefreshRejected,
    SessionExpired,
    DialogLost,
    GatewayDown,
    PathLost,
    RouteExpired,
    Overload,
}

impl DropCause {
    /// All causes, in the order of reports.
    pub const ALL: [Self; 8] = [
        Self::RefreshUnanswered,
        Self::RefreshRejected,
        Self::SessionExpired,
        Self::DialogLost,
        Self::GatewayDown,
        Self::PathLost,
        Self::RouteExpired,
        Self::Overload,
    ];

    /// The public name.
    pub fn name(self) -> &'static str {
        match self {
            Self::RefreshUnanswered => "refresh_unanswered",
            Self::RefreshRejected => "refresh_rejected",
            Self::SessionExpired => "session_expired",
            Self::DialogLost => "dialog_lost",
            Self::GatewayDown => "gateway_down",
            Self::PathLost => "path_lost",
            Self::RouteExpired => "route_expired",
            Self::Overload => "overload",
        }
    }

    /// What the cause means, for people.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::RefreshUnanswered => {
                "the last refresh, or under tear-down another request, got no answer"
            }
            Self::RefreshRejected => "the last refresh was refused",
            Self::SessionExpired => "the session timer ran out, no refresh having failed",
            Self::DialogLost => "a running gateway disowned the dialog",
            Self::GatewayDown => "the gateway was down",
            Self::PathLost => "the way between client and gateway broke",
            Self::RouteExpired => "OCS or a relay forgot the long dialog",
            Self::Overload => "the gateway refused or dropped messages",
        }
    }
}

/// The proximate event that ended a session.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
#[allow(missing_docs)] // the names are the definitions
pub enum EndedBy {
    ClientGiveUp,
    ClientTimer,
    GatewayTimer,
    Bye,
    Answer481,
    Reset,
    Relay,
}

impl EndedBy {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::ClientGiveUp,
        Self::ClientTimer,
        Self::GatewayTimer,
        Self::Bye,
        Self::Answer481,
        Self::Reset,
        Self::Relay,
    ];

    /// The public name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClientGiveUp => "client_give_up",
            Self::ClientTimer => "client_timer",
            Self::GatewayTimer => "gateway_timer",
            Self::Bye => "bye",
            Self::Answer481 => "481",
            Self::Reset => "reset",
            Self::Relay => "relay",
        }
    }
}

/// Why a toast was missed: the user's state when the call arrived, or what happened to the event.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
#[allow(missing_docs)] // the names are the definitions
pub enum MissCause {
    SettingUp,
    Silent,
    Visible,
    Overload,
    Late,
}

impl MissCause {
    /// All causes, in the order of reports.
    pub const ALL: [Self; 5] = [
        Self::SettingUp,
        Self::Silent,
        Self::Visible,
        Self::Overload,
        Self::Late,
    ];

    /// The public name.
    pub fn name(self) -> &'static str {
        match self {
            Self::SettingUp => "setting_up",
            Self::Silent => "silent",
            Self::Visible => "visible",
            Self::Overload => "overload",
            Self::Late => "late",
        }
    }

    /// What the cause means, for people.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::SettingUp => "the user had no session yet when the call came",
            Self::Silent => "the session was lost or its path broken, and the client did not know",
            Self::Visible => "the session was lost and the client knew",
            Self::Overload => "the gateway refused or dropped the event",
            Self::Late => "the event came after the phone had stopped ringing",
        }
    }
}

/// One drop, a row of `drops.csv`.
#[derive(Clone, PartialEq, Debug)]
pub struct DropRow {
    /// The user's number within its client group.
    pub user: u32,
    /// Index of the client group in the plan.
    pub clients: u32,
    /// Which of the gateways of that name.
    pub gateway: u32,
    /// When usability ended.
    pub lost_at: Time,
    /// When the session had been established.
    pub established_at: Time,
    /// When the client knew.
    pub detected_at: Option<Time>,
    /// Root cause.
    pub cause: DropCause,
    /// Proximate event; `None`: it was still to come.
    pub ended_by: Option<EndedBy>,
}

/// One minute of the time series.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct MinuteBin {
    /// User-microseconds usable.
    pub usable_us: u64,
    /// User-microseconds setting up.
    pub setting_up_us: u64,
    /// User-microseconds silently down.
    pub silent_us: u64,
    /// User-microseconds visibly down.
    pub visible_us: u64,
    /// Copies put on the gateway leg.
    pub messages: u64,
    /// Refreshes begun.
    pub refreshes: u64,
    /// Drops.
    pub drops: u64,
    /// Toasts missed.
    pub toasts_missed: u64,
    /// Toasts that were due.
    pub toasts_due: u64,
}

impl MinuteBin {
    /// The same as counts of a run of that length: what metrics are read from.
    pub fn tally(self) -> Tally {
        let mut tally = Tally {
            usable_us: self.usable_us.into(),
            setting_up_us: self.setting_up_us.into(),
            silent_us: self.silent_us.into(),
            visible_us: self.visible_us.into(),
            ..Tally::default()
        };
        tally.signed_in_us =
            tally.usable_us + tally.setting_up_us + tally.silent_us + tally.visible_us;
        // Of causes minutes say nothing: all are counted as the first.
        tally.drops[0] = self.drops;
        tally.missed[0] = self.toasts_missed;
        tally.add(Counter::ToastsDue, self.toasts_due);
        tally.add(Counter::RefreshesAttempted, self.refreshes);
        tally.add(Counter::MessagesSent, self.messages);
        tally
    }
}

/// What is counted at the stations of gateways. Without a station, all of it is 0.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug, Default)]
pub struct StationTally {
    /// Jobs that came.
    pub offered: u64,
    /// Jobs that found no place.
    pub refused: u64,
    /// Most jobs waiting at once, of any one gateway.
    pub queue_peak: u32,
    /// Server-microseconds of the run: servers × horizon.
    pub server_us: u128,
    /// Server-microseconds busy; where the serial section was busy for a larger share of the run, all servers for that share.
    pub busy_us: u128,
    /// Integral of the number in the station over time.
    pub area_us: u128,
    /// Sum of the times in the station, of those still in it at the end too: equal to the integral (Little's law).
    pub sojourn_us: u128,
    /// Time in the station, of jobs done.
    pub response: Histogram,
    /// The same, of the jobs done in each minute.
    pub response_by_minute: Vec<Histogram>,
    /// Integral of the number waiting over each minute.
    pub queue_us_by_minute: Vec<u64>,
}

const MINUTE_US: u64 = 60_000_000;

impl StationTally {
    /// Of an idle station.
    pub fn new(servers: u32, horizon: Time) -> Self {
        let minutes = horizon.0.div_ceil(MINUTE_US) as usize;
        Self {
            server_us: u128::from(servers) * u128::from(horizon.0),
            response_by_minute: vec![Histogram::default(); minutes],
            queue_us_by_minute: vec![0; minutes],
            ..Self::default()
        }
    }

    /// A job was done.
    pub fn responded(&mut self, now: Time, after: crate::quantity::Span) {
        self.sojourn_us += u128::from(after.0);
        self.response.record(after);
        self.response_by_minute[(now.0 / MINUTE_US) as usize].record(after);
    }

    /// So many were waiting from one instant to another.
    pub fn queue_over(&mut self, mut from: Time, to: Time, waiting: u64) {
        while from < to {
            let minute = from.0 / MINUTE_US;
            let end = to.min(Time((minute + 1) * MINUTE_US));
            self.queue_us_by_minute[minute as usize] += waiting * (end - from).0;
            from = end;
        }
    }

    /// Adds another station of the same replication.
    pub fn merge(&mut self, o: &Self) {
        self.offered += o.offered;
        self.refused += o.refused;
        self.queue_peak = self.queue_peak.max(o.queue_peak);
        self.server_us += o.server_us;
        self.busy_us += o.busy_us;
        self.area_us += o.area_us;
        self.sojourn_us += o.sojourn_us;
        self.response.merge(&o.response);
        self.merge_minutes(o);
    }

    /// Adds the time series of another.
    pub fn merge_minutes(&mut self, o: &Self) {
        if self.response_by_minute.len() < o.response_by_minute.len() {
            self.response_by_minute
                .resize(o.response_by_minute.len(), Histogram::default());
        }
        for (a, b) in self
            .response_by_minute
            .iter_mut()
            .zip(&o.response_by_minute)
        {
            a.merge(b);
        }
        add_each(&mut self.queue_us_by_minute, &o.queue_us_by_minute);
    }
}

/// The counts of one replication, of one client group behind one gateway or merged over any of them.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// Users.
    pub users: u64,
    counters: [u64; COUNTERS],
    /// Drops by [`DropCause`].
    pub drops: [u64; 8],
    /// Missed toasts by [`MissCause`].
    pub missed: [u64; 5],
    /// Signed-in time over all users.
    pub signed_in_us: u128,
    /// Usable time over all users.
    pub usable_us: u128,
    /// Time setting up.
    pub setting_up_us: u128,
    /// Time down while the client believes in its session.
    pub silent_us: u128,
    /// Time down that the client knows of.
    pub visible_us: u128,
    /// First INVITE to usable, per completed set-up.
    pub setup: Histogram,
    /// Usability ended to the client knowing, per drop.
    pub detection: Histogram,
    /// Usability ended to usable, per drop.
    pub recovery: Histogram,
    /// The least time from a user's first establishment to its first drop, microseconds.
    pub first_loss_us: Option<u64>,
    /// Copies put on the gateway leg in each second.
    pub messages_per_second: Vec<u32>,
    /// Most users down at once in each second of the run, per independent group, summed over groups.
    pub down_per_second: Vec<u32>,
    /// The time series.
    pub minutes: Vec<MinuteBin>,
    /// The stations.
    pub station: StationTally,
    /// From a scheduled fault until as many users were usable as before it, microseconds: the longest.
    pub all_back_us: Option<u64>,
    /// The same where they never were: how long it had been at the horizon.
    pub all_back_open_us: Option<u64>,
    /// How many users the figures rest on.
    pub presence: Presence,
    /// Whether chance decided anything: a random number was drawn. Without any, every replication is the same run.
    pub is_random: bool,
    /// Sum of the observation hashes of the run.
    pub fingerprint: u64,
}

fn add_each<T: Copy + std::ops::AddAssign>(into: &mut Vec<T>, from: &[T]) {
    let common = into.len().min(from.len());
    for (a, b) in into.iter_mut().zip(from) {
        *a += *b;
    }
    into.extend_from_slice(&from[common..]);
}

impl std::ops::AddAssign for MinuteBin {
    fn add_assign(&mut self, o: Self) {
        self.usable_us += o.usable_us;
        self.setting_up_us += o.setting_up_us;
        self.silent_us += o.silent_us;
        self.visible_us += o.visible_us;
        self.messages += o.messages;
        self.refreshes += o.refreshes;
        self.drops += o.drops;
        self.toasts_missed += o.toasts_missed;
        self.toasts_due += o.toasts_due;
    }
}

impl Tally {
    /// Its totals and peaks alone: a few kilobytes, however long the run.
    pub fn without_series(mut self) -> Self {
        for each in [&mut self.messages_per_second, &mut self.down_per_second] {
            *each = each.iter().copied().max().into_iter().collect();
        }
        self.minutes = Vec::new();
        self.station.response_by_minute = Vec::new();
        self.station.queue_us_by_minute = Vec::new();
        self
    }

    /// Counts one.
    #[inline]
    pub fn count(&mut self, counter: Counter) {
        self.counters[counter as usize] += 1;
    }

    /// Counts `n`.
    pub fn add(&mut self, counter: Counter, n: u64) {
        self.counters[counter as usize] += n;
    }

    /// A counter's value.
    pub fn get(&self, counter: Counter) -> u64 {
        self.counters[counter as usize]
    }

    /// Leaves the engine's book-keeping out, to compare what was observed.
    pub fn forget_events(&mut self) {
        self.counters[Counter::Events as usize] = 0;
    }

    /// Drops of every cause.
    pub fn all_drops(&self) -> u64 {
        self.drops.iter().sum()
    }

    /// Missed toasts of every cause.
    pub fn all_missed(&self) -> u64 {
        self.missed.iter().sum()
    }

    /// Adds another tally of the same replication.
    pub fn merge(&mut self, o: &Self) {
        self.users += o.users;
        for (a, b) in self.counters.iter_mut().zip(o.counters) {
            *a += b;
        }
        let by_cause = self.drops.iter_mut().chain(&mut self.missed);
        for (a, b) in by_cause.zip(o.drops.iter().chain(&o.missed)) {
            *a += b;
        }
        self.signed_in_us += o.signed_in_us;
        self.usable_us += o.usable_us;
        self.setting_up_us += o.setting_up_us;
        self.silent_us += o.silent_us;
        self.visible_us += o.visible_us;
        self.setup.merge(&o.setup);
        self.detection.merge(&o.detection);
        self.recovery.merge(&o.recovery);
        let losses = self.first_loss_us.into_iter().chain(o.first_loss_us);
        self.first_loss_us = losses.min();
        add_each(&mut self.messages_per_second, &o.messages_per_second);
        add_each(&mut self.down_per_second, &o.down_per_second);
        add_each(&mut self.minutes, &o.minutes);
        self.station.merge(&o.station);
        self.all_back_us = self.all_back_us.max(o.all_back_us);
        self.all_back_open_us = self.all_back_open_us.max(o.all_back_open_us);
        self.presence.merge(&o.presence);
        self.is_random |= o.is_random;
        self.fingerprint = self.fingerprint.wrapping_add(o.fingerprint);
    }
}
