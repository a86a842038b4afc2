//! The probes: what an omniscient observer notes of each user, and the tally it becomes.

use super::drop_log::DropLog;
use super::interleave::Interleave;
use super::level::{LevelOverTime, MINUTE};
use super::user_record::{LastRefresh, RefreshService, Turnout, UserRecord, UserState};
use crate::measure::{Counter, DropCause, DropRow, EndedBy, MinuteBin, Presence, Tally};
use crate::protocol::{ClientEnd, GatewayEnd, RefreshFailure};
use crate::quantity::{MaybeTime, Span, Time};

const SECOND: u64 = 1_000_000;

/// Counts what happens to the users of one client group behind one gateway.
#[derive(Debug)]
pub(super) struct Probe {
    /// The counts so far; complete after [`Probe::finish`].
    pub tally: Tally,
    horizon: Time,
    clients: u32,
    levels: [LevelOverTime; 4],
    down: u32,
    down_since: Time,
    /// Drop rows in the order of detection.
    pub drops: DropLog,
    /// Rows buffered where users go one by one, merged by time in `finish`.
    unordered: Option<Interleave>,
    /// The place of the event under way among all of the group.
    pub order: u64,
}

impl Probe {
    /// A probe for the client group numbered `clients`.
    pub(super) fn new(horizon: Time, clients: u32, drop_rows: u64) -> Self {
        let minutes = horizon.0.div_ceil(MINUTE) as usize;
        let seconds = horizon.0.div_ceil(SECOND) as usize;
        let mut tally = Tally::default();
        tally.messages_per_second = vec![0; seconds];
        tally.down_per_second = vec![0; seconds];
        tally.minutes = vec![MinuteBin::default(); minutes];
        let levels = std::array::from_fn(|_| LevelOverTime::new(minutes));
        Self {
            tally,
            horizon,
            clients,
            levels,
            down: 0,
            down_since: Time::ZERO,
            drops: DropLog::new(drop_rows),
            unordered: None,
            order: 0,
        }
    }

    /// Users will be simulated one by one.
    pub(super) fn expect_one_by_one(&mut self) {
        self.unordered = Some(Interleave::new(self.drops.limit()));
    }

    fn minute(&mut self, now: Time) -> &mut MinuteBin {
        &mut self.tally.minutes[(now.0 / MINUTE) as usize]
    }

    /// A copy goes onto the gateway leg.
    #[inline]
    pub(super) fn gateway_leg_sent(&mut self, at: Time) {
        self.tally.count(Counter::MessagesSent);
        self.tally.messages_per_second[(at.0 / SECOND) as usize] += 1;
    }

    /// The user's state from `now` on.
    pub(super) fn enter(&mut self, record: &mut UserRecord, now: Time, state: UserState) {
        if state == record.state {
            return;
        }
        let duration = now - record.since;
        self.account(record.state, duration);
        if record.state == UserState::Out {
            if record.turnout == Turnout::Absent {
                record.turnout = Turnout::Present;
                self.tally.presence.signed_in += 1;
            }
        } else {
            self.levels[record.state as usize - 1].change(now, -1);
        }
        if state != UserState::Out {
            self.levels[state as usize - 1].change(now, 1);
        }
        self.count_down(
            now,
            i64::from(state.is_down()) - i64::from(record.state.is_down()),
        );
        record.state = state;
        record.since = now;
    }

    fn account(&mut self, state: UserState, hold_time: Span) {
        let us = u128::from(hold_time.0);
        let t = &mut self.tally;
        match state {
            UserState::Out => return,
            UserState::Usable => t.usable_us += us,
            UserState::SettingUp => t.setting_up_us += us,
            UserState::Silent => t.silent_us += us,
            UserState::Visible => t.visible_us += us,
        }
        t.signed_in_us += us;
    }

    /// Being down counts towards the peak only if it lasts: a state left at the instant it was entered was never held.
    fn count_down(&mut self, now: Time, by: i64) {
        if let Some(unordered) = &mut self.unordered {
            return unordered.count_down(now, by);
        }
        if now > self.down_since && self.down > 0 {
            let (from, to) = (self.down_since.0 / SECOND, (now.0 - 1) / SECOND);
            for second in &mut self.tally.down_per_second[from as usize..=to as usize] {
                *second = (*second).max(self.down);
            }
        }
        self.down_since = now;
        self.down = (i64::from(self.down) + by) as u32;
    }

    /// Recomputes the user's availability after any change: whether both ends hold the session, what impairs messages, and
    /// whether the client believes in its session.
    pub(super) fn update_state(
        &mut self,
        record: &mut UserRecord,
        now: Time,
        signed_in: bool,
        is_held: bool,
        impairment: Option<DropCause>,
        believes: bool,
    ) {
        let state = match (
            signed_in,
            is_held && impairment.is_none(),
            record.ever_established,
        ) {
            (false, ..) => UserState::Out,
            (_, true, _) => UserState::Usable,
            (.., false) => UserState::SettingUp,
            _ if believes => UserState::Silent,
            _ => UserState::Visible,
        };
        if record.session_open
            && state != UserState::Usable
            && signed_in
            && !record.lost_at.is_some()
        {
            record.lost_at = now.into();
            record.impairment = impairment;
        }
        if record.session_open && state == UserState::Usable && record.lost_at.take().is_some() {
            record.impairment = None;
            self.tally.count(Counter::Interruptions);
        }
        self.enter(record, now, state);
    }

    /// The gateway lost every trace of an established session: it cannot heal, whenever the client notices.
    pub(super) fn dialog_forgotten(
        &mut self,
        record: &mut UserRecord,
        now: Time,
        cause: DropCause,
        ended_by: Option<EndedBy>,
    ) {
        if record.session_open {
            self.drop_session(record, now, cause, ended_by);
        }
    }

    /// An INVITE of a new session was sent.
    pub(super) fn setup_began(&mut self, record: &mut UserRecord, now: Time) {
        self.tally.count(Counter::SetupsAttempted);
        record.setup_began = now.into();
        record.ended_early = None;
        record.last_refresh = LastRefresh::Fine;
    }

    /// The set-up under way failed.
    pub(super) fn setup_failed(&mut self, record: &mut UserRecord) {
        self.tally.count(Counter::SetupsFailed);
        record.setup_began = MaybeTime::NONE;
    }

    /// The client's session is up.
    pub(super) fn established(&mut self, record: &mut UserRecord, now: Time) {
        self.tally.count(Counter::SessionsEstablished);
        if let Some(began) = record.setup_began.take() {
            self.tally.setup.record(now - began);
        }
        if let Some(lost_at) = record.lost_at.take() {
            self.tally.recovery.record(now - lost_at);
        }
        record.ever_established = true;
        if !record.first_established.is_some() {
            record.first_established = now.into();
            if record.turnout == Turnout::Unserved {
                record.turnout = Turnout::Present;
                self.tally.presence.without_session -= 1;
            }
        }
        record.established_at = now;
        record.session_open = true;
        record.impairment = None;
        record.last_refresh = LastRefresh::Fine;
        if let Some((cause, ended_by)) = record.ended_early.take() {
            self.drop_session(record, now, cause, Some(ended_by));
        }
    }

    /// A refresh was sent, by either side.
    pub(super) fn refresh_began(&mut self, record: &mut UserRecord, now: Time) {
        self.tally.count(Counter::RefreshesAttempted);
        self.minute(now).refreshes += 1;
        // Until it is answered it counts as unanswered: a session that ends meanwhile ends for that reason.
        record.last_refresh = LastRefresh::Unanswered;
        record.refresh_service = RefreshService::Open;
    }

    /// A refresh was answered by a 2xx.
    pub(super) fn refresh_succeeded(&mut self, record: &mut UserRecord) {
        record.last_refresh = LastRefresh::Fine;
    }

    /// A refresh failed.
    pub(super) fn refresh_failed(&mut self, record: &mut UserRecord, how: RefreshFailure) {
        self.tally.count(Counter::RefreshesFailed);
        record.last_refresh = match how {
            RefreshFailure::Unanswered => LastRefresh::Unanswered,
            RefreshFailure::Rejected | RefreshFailure::Retried => LastRefresh::Rejected,
            RefreshFailure::Abandoned => record.last_refresh,
        };
    }

    fn cause_of_expiry(record: &UserRecord) -> DropCause {
        match record.last_refresh {
            LastRefresh::Fine => DropCause::SessionExpired,
            _ if record.refresh_service == RefreshService::Refused => DropCause::Overload,
            LastRefresh::Unanswered => DropCause::RefreshUnanswered,
            LastRefresh::Rejected => DropCause::RefreshRejected,
        }
    }

    /// The client's established session is over, perhaps by the relay's BYE; `refused`: the gateway had no place for the
    /// request that was given up.
    pub(super) fn client_ended(
        &mut self,
        record: &mut UserRecord,
        user: u32,
        now: Time,
        (end, by_relay): (ClientEnd, bool),
        refused: bool,
    ) {
        if record.session_open {
            let (cause, ended_by) = match end {
                ClientEnd::GaveUp if refused => (DropCause::Overload, EndedBy::ClientGiveUp),
                ClientEnd::GaveUp => (DropCause::RefreshUnanswered, EndedBy::ClientGiveUp),
                ClientEnd::Unacknowledged => (DropCause::PathLost, EndedBy::ClientGiveUp),
                ClientEnd::Refused => (Self::cause_of_expiry(record), EndedBy::ClientGiveUp),
                ClientEnd::Timer => (Self::cause_of_expiry(record), EndedBy::ClientTimer),
                ClientEnd::Bye if by_relay => (Self::cause_of_expiry(record), EndedBy::Relay),
                ClientEnd::Bye => (Self::cause_of_expiry(record), EndedBy::Bye),
                ClientEnd::Answer481 => (DropCause::DialogLost, EndedBy::Answer481),
                ClientEnd::Reset => (DropCause::PathLost, EndedBy::Reset),
            };
            self.drop_session(record, now, cause, Some(ended_by));
        } else if let Some((_, ended_by @ None)) = &mut record.undetected {
            *ended_by = Some(match end {
                ClientEnd::GaveUp | ClientEnd::Unacknowledged | ClientEnd::Refused => {
                    EndedBy::ClientGiveUp
                }
                ClientEnd::Timer => EndedBy::ClientTimer,
                ClientEnd::Bye => EndedBy::Bye,
                ClientEnd::Answer481 => EndedBy::Answer481,
                ClientEnd::Reset => EndedBy::Reset,
            });
        }
        self.detected(record, user, now, Some(now));
    }

    /// The gateway no longer holds the dialog; `refused`: it had no place for the ACK that it waited for.
    pub(super) fn gateway_ended(
        &mut self,
        record: &mut UserRecord,
        now: Time,
        end: GatewayEnd,
        refused: bool,
    ) {
        let (cause, ended_by) = match end {
            GatewayEnd::TimerSilent | GatewayEnd::TimerBye => {
                (Self::cause_of_expiry(record), EndedBy::GatewayTimer)
            }
            GatewayEnd::Disowned => (DropCause::DialogLost, EndedBy::Answer481),
            GatewayEnd::Answer481 => (DropCause::DialogLost, EndedBy::Answer481),
            GatewayEnd::GaveUp | GatewayEnd::Refused => {
                (Self::cause_of_expiry(record), EndedBy::Bye)
            }
            GatewayEnd::Unacknowledged if refused => (DropCause::Overload, EndedBy::Bye),
            GatewayEnd::Unacknowledged => (DropCause::PathLost, EndedBy::Bye),
            GatewayEnd::Bye => (Self::cause_of_expiry(record), EndedBy::Bye),
            GatewayEnd::ShutDown => (DropCause::GatewayDown, EndedBy::Bye),
        };
        if record.session_open {
            self.drop_session(record, now, cause, Some(ended_by));
        } else if record.setup_began.is_some() {
            record.ended_early = Some((cause, ended_by));
        }
    }

    fn drop_session(
        &mut self,
        record: &mut UserRecord,
        now: Time,
        cause: DropCause,
        ended_by: Option<EndedBy>,
    ) {
        // The root cause is what ended usability, not what ended the session afterwards ("drops" of `measure`).
        let cause = record.impairment.take().unwrap_or(cause);
        let lost_at = record.lost_at.get().unwrap_or(now);
        record.lost_at = lost_at.into();
        record.session_open = false;
        record.undetected = Some((cause, ended_by));
        self.tally.drops[cause as usize] += 1;
        self.minute(lost_at).drops += 1;
        if !record.dropped_before {
            record.dropped_before = true;
            let first = record.first_established.get().unwrap_or(lost_at);
            let after = (lost_at - first).0;
            self.tally.first_loss_us = Some(
                self.tally
                    .first_loss_us
                    .map_or(after, |earliest| earliest.min(after)),
            );
        }
    }

    /// The client knows of the drop (`None`: it never will, the run or the day is over).
    fn detected(&mut self, record: &mut UserRecord, user: u32, now: Time, at: Option<Time>) {
        let Some((cause, ended_by)) = record.undetected.take() else {
            return;
        };
        let Some(lost_at) = record.lost_at.get() else {
            return;
        };
        match at {
            Some(at) => self.tally.detection.record(at - lost_at),
            None => self.tally.detection.record_censored(now - lost_at),
        }
        let row = DropRow {
            user,
            clients: self.clients,
            gateway: record.gateway,
            lost_at,
            established_at: record.established_at,
            detected_at: at,
            cause,
            ended_by,
        };
        match &mut self.unordered {
            Some(unordered) => unordered.drop_row(self.order, row),
            None => self.drops.push(row),
        }
    }

    /// The user signs out, or the run ends: what is still open is censored.
    pub(super) fn close(&mut self, record: &mut UserRecord, user: u32, now: Time) {
        self.detected(record, user, now, None);
        if let Some(began) = record.setup_began.take() {
            self.tally.setup.record_censored(now - began);
        }
        // A session still open may yet heal: its loss is neither a drop nor recovered.
        if let Some(lost_at) = record.lost_at.take()
            && !record.session_open
        {
            self.tally.recovery.record_censored(now - lost_at);
        }
        record.session_open = false;
        if record.state == UserState::SettingUp
            && !record.first_established.is_some()
            && record.turnout != Turnout::Unserved
            && (now - record.since).0 >= Presence::PATIENCE_US
        {
            record.turnout = Turnout::Unserved;
            self.tally.presence.without_session += 1;
        }
        self.enter(record, now, UserState::Out);
    }

    /// Completes the tally at the horizon, after every user was closed.
    pub(super) fn finish(&mut self) {
        let horizon = self.horizon;
        if let Some(unordered) = self.unordered.take() {
            let (changes, rows) = unordered.in_order();
            changes.for_each(|(at, by)| self.count_down(at, by));
            rows.for_each(|row| self.drops.push(row));
        }
        self.count_down(horizon, 0);
        let [usable, setting_up, silent, visible] = &self.levels;
        let areas = usable
            .areas()
            .zip(setting_up.areas())
            .zip(silent.areas().zip(visible.areas()));
        for (bin, ((usable, setting_up), (silent, visible))) in
            self.tally.minutes.iter_mut().zip(areas)
        {
            (
                bin.usable_us,
                bin.setting_up_us,
                bin.silent_us,
                bin.visible_us,
            ) = (usable, setting_up, silent, visible);
        }
        // Each message is counted in its second only: a minute is the sum of its seconds.
        let seconds = (self.tally.messages_per_second).chunks((MINUTE / SECOND) as usize);
        for (bin, seconds) in self.tally.minutes.iter_mut().zip(seconds) {
            bin.messages = seconds.iter().map(|n| u64::from(*n)).sum();
        }
    }

    /// It is decided whether a toast was shown.
    pub(super) fn toast_due(&mut self, now: Time) {
        self.tally.count(Counter::ToastsDue);
        self.minute(now).toasts_due += 1;
    }

    /// A missed toast is counted in the minute in which the call stopped ringing.
    pub(super) fn toast_missed(&mut self, now: Time, cause: crate::measure::MissCause) {
        self.tally.missed[cause as usize] += 1;
        self.minute(now).toasts_missed += 1;
    }
}
