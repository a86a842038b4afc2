//! Refreshes of the client as the gateway takes them, and the session timer that they start anew.

use super::super::config::{
    GatewayConfig, OwnRefreshes, ReInviteBehaviour, Refresher, RefresherOnRefresh, SessionTimer,
    UpdateBehaviour,
};
use super::super::message::{Message, Status, Subject};
use super::super::session_timer::{granted_s, non_refresher_bye};
use super::super::transaction::Pending;
use super::{Dialog, GatewayEnd, GatewayPort, too_small};
use crate::quantity::{MaybeTime, Span, Time};

impl Dialog {
    /// A 2xx to INVITE or UPDATE, with the session timer started anew from its sending ([rule](super::super#rules)), unless the
    /// gateway does not count the refresh.
    pub(super) fn grant(
        &mut self,
        config: &GatewayConfig,
        now: Time,
        request: &Message,
        counts: bool,
    ) -> Message {
        let mut answer = request.answer(Status::Ok200);
        answer.allow = config.allow;
        self.last_refresh = request.cseq;
        let offered = match request.value {
            // RFC 4028 §9: a UAS may insert a timer where the UAC asked for none.
            0 if config.imposes_timer => u32::MAX,
            offered => offered,
        };
        if config.update == UpdateBehaviour::NoSessionExpires || offered == 0 {
            return answer; // RFC 4028 §9: a UAS that does not know timers sends no Session-Expires; nobody runs one
        }
        if request.subject != Subject::Invite {
            self.refresher = match (config.refresher_on_refresh, self.refresher) {
                (RefresherOnRefresh::Same, refresher) => refresher,
                (RefresherOnRefresh::Uac, _) => Refresher::Uac,
                (RefresherOnRefresh::Uas, _) => Refresher::Uas,
                (RefresherOnRefresh::Flips, Refresher::Uac) => Refresher::Uas,
                (RefresherOnRefresh::Flips, Refresher::Uas) => Refresher::Uac,
            };
        }
        self.granted_s = granted_s(
            offered,
            config.session_expires_s,
            request.min_se,
            config.min_se_s,
        );
        answer.value = self.granted_s;
        answer.refresher = self.refresher;
        if counts {
            self.restart_timer(config, now);
        }
        answer
    }

    pub(super) fn restart_timer(&mut self, config: &GatewayConfig, now: Time) {
        let se = Span::from_secs(u64::from(self.granted_s));
        self.awaits_ack = false;
        let refreshes = match config.refreshes {
            OwnRefreshes::Always => true,
            OwnRefreshes::Once => !self.has_refreshed,
            OwnRefreshes::Never => false,
        };
        self.refresh_at = (self.refresher == Refresher::Uas && refreshes)
            .then(|| now + Span(se.0 / 2))
            .into();
        self.expires_at = match config.enforces_session_timer {
            SessionTimer::No => MaybeTime::NONE,
            SessionTimer::Silent | SessionTimer::ByeAtExpiry => (now + se).into(),
            SessionTimer::Bye => (now + non_refresher_bye(self.granted_s)).into(),
        };
    }

    pub(super) fn receive_reinvite(
        &mut self,
        config: &GatewayConfig,
        now: Time,
        message: &Message,
        port: &mut impl GatewayPort,
    ) {
        if self.is_copy(message) {
            return; // a copy of an INVITE answered and acknowledged is absorbed (RFC 3261 §17.2.1)
        }
        if self.refresh_pending() {
            // RFC 3261 §14.2: both sides have an INVITE under way.
            return self.refuse_request(now, message.answer(Status::Pending491), port);
        }
        use ReInviteBehaviour as R;
        let behaviour = match config.reinvite {
            R::Accepted => R::Accepted,
            _ if !meets(config.reinvite_share, message, port) => R::Accepted,
            other => other,
        };
        let status = match behaviour {
            R::Ignored => return,
            R::Accepted | R::AnswerLost | R::NotCounted => {
                return self.accept_reinvite(config, now, message, behaviour, port);
            }
            R::Rejected405 => Status::MethodNotAllowed405,
            R::DialogLost481 => Status::DoesNotExist481,
            R::Rejected488 => Status::NotAcceptable488,
            R::Rejected491 => Status::Pending491,
            R::Rejected500 => Status::ServerError500,
            R::Rejected501 => Status::NotImplemented501,
            R::Unavailable503 => Status::Unavailable503,
        };
        let mut refusal = message.answer(status);
        if status == Status::Unavailable503 {
            refusal.value = config.retry_after_s;
        }
        self.refuse_request(now, refusal, port);
        if status == Status::DoesNotExist481 {
            self.end(GatewayEnd::Disowned, port);
        }
    }

    fn accept_reinvite(
        &mut self,
        config: &GatewayConfig,
        now: Time,
        message: &Message,
        behaviour: ReInviteBehaviour,
        port: &mut impl GatewayPort,
    ) {
        if let Some(refusal) = too_small(config, message) {
            return self.refuse_request(now, refusal, port);
        }
        let counts = behaviour != ReInviteBehaviour::NotCounted;
        let mut answer = self.grant(config, now, message, counts);
        answer.unroutable = behaviour == ReInviteBehaviour::AnswerLost;
        self.answer = Some(Pending::answer(now, &answer));
        port.send(answer);
    }

    /// Whether this refresh, or a later one, was answered already.
    fn is_copy(&self, message: &Message) -> bool {
        message.cseq.wrapping_sub(self.last_refresh) as i16 <= 0
    }

    /// A final response other than a 2xx: to an INVITE over UDP it is repeated until its ACK (RFC 3261 §17.2.1).
    pub(super) fn refuse_request(
        &mut self,
        now: Time,
        refusal: Message,
        port: &mut impl GatewayPort,
    ) {
        if refusal.subject.is_invite() {
            self.last_refresh = refusal.cseq;
            self.answer = (!self.reliable).then(|| Pending::refusal(now, &refusal));
        }
        port.send(refusal);
    }

    pub(super) fn receive_update(
        &mut self,
        config: &GatewayConfig,
        now: Time,
        message: &Message,
        port: &mut impl GatewayPort,
    ) {
        let refused = |status| message.answer(status);
        let behaviour = match config.update {
            UpdateBehaviour::Accepted => UpdateBehaviour::Accepted,
            _ if !meets(config.update_share, message, port) => UpdateBehaviour::Accepted,
            other => other,
        };
        match behaviour {
            UpdateBehaviour::Ignored => {}
            UpdateBehaviour::Rejected488 => port.send(refused(Status::NotAcceptable488)),
            UpdateBehaviour::Rejected500 => port.send(refused(Status::ServerError500)),
            UpdateBehaviour::Rejected405 => port.send(refused(Status::MethodNotAllowed405)),
            UpdateBehaviour::Rejected501 => port.send(refused(Status::NotImplemented501)),
            UpdateBehaviour::Unavailable503 => {
                port.send(Message {
                    value: config.retry_after_s,
                    ..refused(Status::Unavailable503)
                });
            }
            UpdateBehaviour::DialogLost481 => {
                port.send(refused(Status::DoesNotExist481));
                self.end(GatewayEnd::Disowned, port);
            }
            UpdateBehaviour::Accepted
            | UpdateBehaviour::AnswerLost
            | UpdateBehaviour::NotCounted
            | UpdateBehaviour::NoSessionExpires
            | UpdateBehaviour::IntervalTooSmall422 => {
                if let Some(refusal) = too_small(config, message) {
                    port.send(refusal);
                    return;
                }
                let mut answer = if self.is_copy(message) {
                    // A copy: the answer goes out again, the timer runs on (RFC 3261 §17.2.2).
                    let mut answer = message.answer(Status::Ok200);
                    answer.value = self.granted_s;
                    answer.refresher = self.refresher;
                    answer
                } else {
                    let counts = behaviour != UpdateBehaviour::NotCounted;
                    self.grant(config, now, message, counts)
                };
                answer.unroutable = behaviour == UpdateBehaviour::AnswerLost;
                port.send(answer);
            }
        }
    }
}

/// Whether a refresh is among the share that meets a behaviour. Nothing is drawn where all do.
fn meets(share: f64, refresh: &Message, port: &mut impl GatewayPort) -> bool {
    share >= 1.0 || port.draw_share(refresh) < share
}
