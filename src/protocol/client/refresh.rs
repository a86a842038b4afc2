//! Refreshes: when they are due, how they are sent, and what their answers mean.

use super::super::config::{
    ClientConfig, OnGlare, OnNoAnswer, OnRejection, RefreshClock, RefreshMethod, RefreshTiming,
    Refresher,
};
use super::super::message::{Message, Status, Subject};
use super::super::session_timer::non_refresher_bye;
use super::super::transaction::T1;
use super::{Client, ClientEnd, ClientNote, ClientPort, Draw, RefreshFailure};
use crate::quantity::{MaybeTime, Span, Time};

impl Client {
    /// A 2xx to INVITE or UPDATE came, or to the gateway's own refresh: both timers start anew.
    pub(super) fn session_refreshed(
        &mut self,
        config: &ClientConfig,
        now: Time,
        answer: &Message,
        port: &mut impl ClientPort,
    ) {
        self.granted_s = answer.value;
        self.gateway_refreshes = self.granted_s > 0 && answer.refresher == Refresher::Uas;
        self.restart_expiry(config, now);
        self.restart_clock(config, now, port);
    }

    pub(super) fn restart_expiry(&mut self, config: &ClientConfig, now: Time) {
        self.expires_at = if self.granted_s == 0 || !config.enforces_timer {
            MaybeTime::NONE
        } else if self.waits_for_gateway(config) {
            (now + non_refresher_bye(self.granted_s)).into()
        } else {
            (now + Span::from_secs(u64::from(self.granted_s))).into()
        };
    }

    /// A strict client leaves refreshing to the gateway where the 2xx says so; Communicator's refresh is a heartbeat of its own (assumption).
    pub(super) fn waits_for_gateway(&self, config: &ClientConfig) -> bool {
        config.refresh_method == RefreshMethod::Rfc4028 && self.gateway_refreshes
    }

    /// The next refresh is due an interval after `start`, if there is to be one.
    pub(super) fn restart_clock(
        &mut self,
        config: &ClientConfig,
        start: Time,
        port: &mut impl ClientPort,
    ) {
        let interval = self.next_interval(config, port);
        (self.put_off, self.tries) = (false, 0);
        self.polls = config.on_no_answer == OnNoAnswer::KeepPolling && interval.is_some();
        self.interval = interval.unwrap_or_default();
        self.proceeds_at = interval.map(|interval| start + interval).into();
    }

    /// The interval to the next refresh, with its jitter, drawn per refresh; `None`: there is to be none.
    pub(super) fn next_interval(
        &self,
        config: &ClientConfig,
        port: &mut impl ClientPort,
    ) -> Option<Span> {
        let granted = Span::from_secs(u64::from(self.granted_s));
        let by_rfc = config.refresh_method == RefreshMethod::Rfc4028;
        let by_session = by_rfc || config.refresh_timing != RefreshTiming::Interval;
        // RFC 4028 §7.2: without a session interval nobody refreshes by it.
        if by_session && self.granted_s == 0 || by_rfc && self.gateway_refreshes {
            return None;
        }
        let interval = config.refresh_interval_in(granted);
        if config.refresh_jitter == 0.0 {
            return Some(interval);
        }
        let u = port.draw(Draw::RefreshJitter);
        Some(Span::from_micros_f64(
            interval.0 as f64 * (1.0 + config.refresh_jitter * (2.0 * u - 1.0)),
        ))
    }

    /// Whether a refresh that stays unanswered is tried again.
    pub(super) fn has_tries_left(&self, config: &ClientConfig) -> bool {
        u32::from(self.tries) + 1 < config.refresh_tries
    }

    /// Under `since-traffic` any message of the dialog restarts a running refresh clock; a refresh that is due and only put
    /// off, after 491 or for Retry-After, is not rescued (rule "refresh clock").
    pub(super) fn traffic(&mut self, config: &ClientConfig, now: Time) {
        if config.refresh_clock == RefreshClock::SinceTraffic
            && self.proceeds_at.is_some()
            && !self.put_off
        {
            self.proceeds_at = (now + self.interval).into();
        }
    }

    pub(super) fn refresh(&mut self, config: &ClientConfig, now: Time, port: &mut impl ClientPort) {
        self.put_off = true;
        if let Some(until) = self.quiet_until(now) {
            self.proceeds_at = until.into();
            return;
        }
        self.proceeds_at = MaybeTime::NONE;
        if self.by_reinvite && self.answer().is_some_and(|a| a.dialog == self.dialog) {
            // RFC 3261 §14.1: no new INVITE while one of the other side is in progress.
            self.awaits_ack = true;
            return;
        }
        port.note(ClientNote::RefreshBegan);
        let subject = if self.by_reinvite {
            Subject::ReInvite
        } else {
            Subject::Update
        };
        self.request(config, now, subject, self.offered_s, port);
    }

    pub(super) fn refresh_answered(
        &mut self,
        config: &ClientConfig,
        now: Time,
        answer: &Message,
        port: &mut impl ClientPort,
    ) {
        let failed = |how| ClientNote::RefreshFailed(how);
        match answer.status {
            Status::Ok200 => {
                self.raised = false;
                port.note(ClientNote::RefreshSucceeded);
                self.session_refreshed(config, now, answer, port);
            }
            Status::IntervalTooSmall422 if self.tries_larger(config) => {
                port.note(failed(RefreshFailure::Retried));
                let was_raised = self.raised;
                self.raise(answer);
                if was_raised {
                    // Without a pause a loop of 422s would let no time pass (assumption).
                    self.proceeds_at = (now + T1).into();
                } else {
                    self.refresh(config, now, port);
                }
            }
            Status::Pending491 if config.on_glare == OnGlare::TearDown => {
                port.note(failed(RefreshFailure::Rejected));
                self.end(config, now, ClientEnd::Refused, port);
            }
            Status::Pending491 => {
                port.note(failed(RefreshFailure::Retried));
                // RFC 3261 §14.1: the owner of the Call-ID waits 2.1 to 4.0 s, in units of 10 ms.
                let steps = 210 + (port.draw(Draw::Glare) * 191.0) as u64;
                self.proceeds_at = (now + Span::from_millis(10 * steps)).into();
            }
            Status::Unavailable503 => {
                port.note(failed(RefreshFailure::Rejected));
                match self.quiet_until(now) {
                    Some(until) => self.proceeds_at = until.into(),
                    None => self.restart_clock(config, now, port),
                }
            }
            _ => {
                port.note(failed(RefreshFailure::Rejected));
                match config.on_rejection {
                    OnRejection::FallBack if !self.by_reinvite => {
                        self.by_reinvite = true;
                        self.refresh(config, now, port);
                    }
                    OnRejection::TearDown => self.end(config, now, ClientEnd::Refused, port),
                    OnRejection::Retry => {
                        self.polls = true;
                        self.proceeds_at = (now + config.retry_delay).into();
                    }
                    OnRejection::RetryOnce if self.tries == 0 => {
                        self.tries = 1;
                        self.refresh(config, now, port);
                    }
                    OnRejection::FallBack | OnRejection::Hold | OnRejection::RetryOnce => {
                        self.polls = false;
                    }
                }
            }
        }
    }
}
