//! The end of a session, requests that nobody answers, and re-establishment.

use smallvec::SmallVec;

use super::super::config::{ClientConfig, OnNoAnswer, Reestablish};
use super::super::message::Subject;
use super::super::transaction::{Pending, T1};
use super::{Client, ClientEnd, ClientNote, ClientPort, Draw, Phase, RefreshFailure};
use crate::quantity::{MaybeTime, Span, Time};

impl Client {
    /// The established session is over; a set-up under way fails.
    pub(super) fn end(
        &mut self,
        config: &ClientConfig,
        now: Time,
        end: ClientEnd,
        port: &mut impl ClientPort,
    ) {
        let bye = matches!(
            end,
            ClientEnd::GaveUp | ClientEnd::Unacknowledged | ClientEnd::Refused | ClientEnd::Timer
        );
        if self.phase != Phase::Established {
            return self.fail_setup(config, now, bye, port);
        }
        port.note(ClientNote::Ended(end));
        self.leave_dialog(config, now, bye && config.sends_bye, port);
        self.await_reestablishment(config, now, false, port);
    }

    pub(super) fn leave_dialog(
        &mut self,
        config: &ClientConfig,
        now: Time,
        bye: bool,
        port: &mut impl ClientPort,
    ) {
        let failed: SmallVec<[Pending; 2]> = self
            .requests
            .iter()
            .filter(|r| r.subject == Subject::MakeCall)
            .copied()
            .collect();
        let is_refresh = |r: &Pending| matches!(r.subject, Subject::Update | Subject::ReInvite);
        let refreshing = self.requests.iter().any(is_refresh);
        self.requests.retain(|r| r.subject == Subject::Bye);
        if refreshing {
            port.note(ClientNote::RefreshFailed(RefreshFailure::Abandoned));
        }
        for call in failed {
            port.note(ClientNote::CallFailed(call.value));
        }
        if bye && !self.is_quiet(now) {
            self.request(config, now, Subject::Bye, 0, port);
        }
        self.clear_timers();
    }

    pub(super) fn clear_timers(&mut self) {
        self.proceeds_at = MaybeTime::NONE;
        self.expires_at = MaybeTime::NONE;
        (self.awaits_ack, self.polls, self.tries) = (false, false, 0);
        if let Some(rare) = &mut self.rare {
            rare.step_at = None;
        }
        if self.answer().is_some_and(|a| !a.is_refusal()) {
            self.forget_answer();
        }
    }

    /// Re-establishment runs from the tear-down, not from BYE's answer (rule "re-establishment").
    pub(super) fn await_reestablishment(
        &mut self,
        config: &ClientConfig,
        now: Time,
        failed: bool,
        port: &mut impl ClientPort,
    ) {
        self.phase = Phase::Idle;
        let delay = match config.reestablish {
            Reestablish::Never => return,
            Reestablish::Fixed(delay) => delay,
            Reestablish::Uniform(from, to) => {
                from + Span::from_micros_f64((to - from).0 as f64 * port.draw(Draw::Reestablish))
            }
            Reestablish::Backoff {
                first,
                factor,
                cap,
                jitter,
            } => {
                let mut delay = first.0 as f64;
                for _ in 0..self.failures {
                    let next = (delay * factor).min(cap.0 as f64);
                    if next == delay {
                        break; // it grows no more, however many failures there were
                    }
                    delay = next;
                }
                let u = port.draw(Draw::Reestablish);
                Span::from_micros_f64(delay.min(cap.0 as f64) * (1.0 + jitter * (2.0 * u - 1.0)))
            }
        };
        self.failures = self.failures.saturating_add(1);
        // A refused set-up repeated without any pause would never let time pass: T1 is the least (assumption).
        let delay = if failed { delay.max(T1) } else { delay };
        self.proceeds_at = (now + delay)
            .max(self.quiet_until(now).unwrap_or_default())
            .into();
    }

    /// The 32 s of a request, or of an unacknowledged 2xx, are over.
    pub(super) fn give_up(&mut self, config: &ClientConfig, now: Time, port: &mut impl ClientPort) {
        let Some(i) = self.requests.iter().position(|r| r.gives_up() <= now) else {
            return self.give_up_answer(config, now, port);
        };
        let request = self.requests.remove(i);
        let subject = request.subject;
        match subject {
            Subject::Bye | Subject::MonitorStop => {}
            Subject::Invite => self.fail_setup(config, now, false, port),
            Subject::GetCstaFeatures | Subject::MonitorStart => {
                self.fail_setup(config, now, true, port)
            }
            Subject::Update | Subject::ReInvite => {
                port.note(ClientNote::RefreshFailed(RefreshFailure::Unanswered));
                if self.has_tries_left(config) {
                    self.tries += 1;
                    self.proceeds_at = (now + config.retry_delay).into();
                    return;
                }
                self.tries = 0;
                match config.on_no_answer {
                    OnNoAnswer::TearDown => self.end(config, now, ClientEnd::GaveUp, port),
                    OnNoAnswer::Hold => {}
                    OnNoAnswer::KeepPolling => {
                        self.restart_clock(config, request.first_sent, port);
                        self.proceeds_at = self.proceeds_at.get().map(|at| at.max(now)).into();
                    }
                }
            }
            _ => {
                if subject == Subject::MakeCall {
                    port.note(ClientNote::CallFailed(request.value));
                }
                if config.on_no_answer == OnNoAnswer::TearDown {
                    self.end(config, now, ClientEnd::GaveUp, port);
                }
            }
        }
    }

    /// No ACK came: a 2xx that is never acknowledged ends the session (RFC 3261 §13.3.1.4), another final response ends
    /// nothing (Timer H, §17.2.1).
    fn give_up_answer(&mut self, config: &ClientConfig, now: Time, port: &mut impl ClientPort) {
        if self.answer().is_some_and(Pending::is_refusal) {
            self.answer_completed(config, now, port);
        } else {
            self.forget_answer();
            self.end(config, now, ClientEnd::Unacknowledged, port);
        }
    }

    /// The gateway's INVITE transaction is over: a refresh that waited for that may go.
    pub(super) fn answer_completed(
        &mut self,
        config: &ClientConfig,
        now: Time,
        port: &mut impl ClientPort,
    ) {
        self.forget_answer();
        if std::mem::take(&mut self.awaits_ack) {
            self.refresh(config, now, port);
        }
    }
}
