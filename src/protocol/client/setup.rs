//! Set-up: INVITE, GetCSTAFeatures, MonitorStart (rule "set-up" of [`protocol`](crate::protocol#rules)).

use super::super::config::{Allow, ClientConfig, OnTooSmall, RefreshMethod};
use super::super::message::{Message, Status, Subject};
use super::super::transaction::T1;
use super::{Client, ClientNote, ClientPort, Phase};
use crate::quantity::{MaybeTime, Time};

impl Client {
    pub(super) fn begin_setup(
        &mut self,
        config: &ClientConfig,
        now: Time,
        port: &mut impl ClientPort,
    ) {
        self.clear_timers();
        if let Some(until) = self.quiet_until(now) {
            // RFC 3261 §21.5.4: nothing is sent before Retry-After has passed.
            self.phase = Phase::Idle;
            self.proceeds_at = until.into();
            return;
        }
        if let Some(gap) = config.setup_pace.filter(|_| !self.has_turn) {
            let turn = port.setup_turn(now, gap);
            if turn > now {
                self.phase = Phase::Idle;
                self.has_turn = true;
                self.proceeds_at = turn.into();
                return;
            }
        }
        self.has_turn = false;
        self.phase = Phase::Calling;
        self.dialog += 1;
        self.cseq = 0;
        if let Some(rare) = &mut self.rare {
            rare.received = Default::default();
        }
        (self.offered_s, self.min_se_s) = (0, 0);
        if config.offers_timer {
            self.offered_s = config.session_expires_s.max(u32::from(config.min_se_s));
            self.min_se_s = config.min_se_s;
        }
        self.raised = false;
        self.granted_s = 0;
        port.note(ClientNote::SetupBegan);
        self.request(config, now, Subject::Invite, self.offered_s, port);
    }

    pub(super) fn setup_answered(
        &mut self,
        config: &ClientConfig,
        now: Time,
        answer: &Message,
        port: &mut impl ClientPort,
    ) {
        match answer.status {
            Status::Ok200 => {
                self.phase = Phase::Querying;
                self.raised = false;
                self.by_reinvite = match (config.refresh_method, answer.allow) {
                    (RefreshMethod::ReInvite, _) => true,
                    (RefreshMethod::Update, _) => false,
                    (RefreshMethod::ByAllow, allow) => allow == Allow::WithoutUpdate,
                    // RFC 4028 §7.4: UPDATE only if the peer is known to support it.
                    (RefreshMethod::Rfc4028, allow) => allow != Allow::WithUpdate,
                };
                self.session_refreshed(config, now, answer, port);
                self.proceed_setup(config, now, port);
            }
            Status::IntervalTooSmall422 if self.tries_larger(config) => {
                let was_raised = self.raised;
                self.raise(answer);
                if was_raised {
                    // Without a pause a loop of 422s would let no time pass (assumption).
                    self.proceeds_at = (now + T1).into();
                } else {
                    self.request(config, now, Subject::Invite, self.offered_s, port);
                }
            }
            _ => self.fail_setup(config, now, false, port),
        }
    }

    /// The INVITE that a further 422 put off, with the larger Session-Expires.
    pub(super) fn invite_again(
        &mut self,
        config: &ClientConfig,
        now: Time,
        port: &mut impl ClientPort,
    ) {
        self.proceeds_at = MaybeTime::NONE;
        if let Some(until) = self.quiet_until(now) {
            self.proceeds_at = until.into();
            return;
        }
        self.request(config, now, Subject::Invite, self.offered_s, port);
    }

    /// The next request of the set-up, when no Retry-After holds it back (RFC 3261 §21.5.4).
    pub(super) fn proceed_setup(
        &mut self,
        config: &ClientConfig,
        now: Time,
        port: &mut impl ClientPort,
    ) {
        if let Some(until) = self.quiet_until(now) {
            self.rare().step_at = Some(until);
            return;
        }
        if let Some(rare) = &mut self.rare {
            rare.step_at = None;
        }
        let subject = match self.phase {
            Phase::Querying => Subject::GetCstaFeatures,
            _ => Subject::MonitorStart,
        };
        self.request(config, now, subject, 0, port);
    }

    /// Whether a 422 is answered by a larger Session-Expires.
    pub(super) fn tries_larger(&self, config: &ClientConfig) -> bool {
        match config.on_too_small {
            OnTooSmall::Retry => !self.raised,
            OnTooSmall::EveryTime => true,
            OnTooSmall::Fail => false,
        }
    }

    /// RFC 4028 §7.3: the request is sent again with the Min-SE of the 422.
    pub(super) fn raise(&mut self, answer: &Message) {
        self.raised = true;
        self.min_se_s = self.min_se_s.max(answer.min_se);
        self.offered_s = self.offered_s.max(u32::from(self.min_se_s));
    }

    pub(super) fn fail_setup(
        &mut self,
        config: &ClientConfig,
        now: Time,
        bye: bool,
        port: &mut impl ClientPort,
    ) {
        port.note(ClientNote::SetupFailed);
        self.leave_dialog(config, now, bye, port);
        self.await_reestablishment(config, now, true, port);
    }
}
