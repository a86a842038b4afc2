//! Requests that the client sends, requests that it receives, and answers.

use super::super::config::{ClientConfig, OnGatewayRefresh, Refresher};
use super::super::message::{Message, Side, Status, Subject};
use super::super::transaction::{GIVE_UP, Pending, ack};
use super::{Client, ClientEnd, ClientNote, ClientPort, Phase, RefreshFailure};
use crate::quantity::{Span, Time};

impl Client {
    pub(super) fn request(
        &mut self,
        config: &ClientConfig,
        now: Time,
        subject: Subject,
        value: u32,
        port: &mut impl ClientPort,
    ) {
        self.cseq = self.cseq.wrapping_add(1);
        let mut message = Message::request(Side::Client, self.dialog, self.cseq, subject);
        message.value = value;
        if matches!(
            subject,
            Subject::Invite | Subject::ReInvite | Subject::Update
        ) {
            message.min_se = self.min_se_s;
        }
        self.requests
            .push(Pending::request(now, &message, self.reliable));
        port.send(message);
        if self.in_dialog() {
            self.traffic(config, now);
        }
    }

    pub(super) fn receive_request(
        &mut self,
        config: &ClientConfig,
        now: Time,
        message: Message,
        port: &mut impl ClientPort,
    ) {
        if message.subject == Subject::Ack {
            if self.answers(&message) {
                self.answer_completed(config, now, port);
            }
            return;
        }
        if !(self.in_dialog() && message.dialog == self.dialog) {
            return self.receive_outside_dialog(now, message, port);
        }
        match message.subject {
            Subject::Bye => {
                self.remember_bye(now, &message);
                port.send(message.answer(Status::Ok200));
                self.end(config, now, ClientEnd::Bye, port);
            }
            Subject::ReInvite => self.receive_reinvite(config, now, message, port),
            subject => {
                if config.answers_events || subject == Subject::Options {
                    port.send(message.answer(Status::Ok200));
                }
                if subject == Subject::Delivered {
                    port.note(ClientNote::Delivered(message.value));
                }
            }
        }
    }

    /// The server transaction of a BYE lasts 32 s over UDP, and answers its copies (Timer J, RFC 3261 §17.2.2).
    fn remember_bye(&mut self, now: Time, bye: &Message) {
        if !self.reliable {
            let byes = &mut self.rare().byes;
            byes.retain(|(_, _, at)| *at + GIVE_UP > now);
            byes.push((bye.dialog, bye.cseq, now));
        }
    }

    fn receive_outside_dialog(&mut self, now: Time, message: Message, port: &mut impl ClientPort) {
        let byes = self.rare.as_ref().map_or(&[][..], |rare| &rare.byes);
        let is_answered = |bye: &(u32, u16, Time)| (bye.0, bye.1) == (message.dialog, message.cseq);
        if message.subject == Subject::Bye && byes.iter().any(is_answered) {
            return port.send(message.answer(Status::Ok200));
        }
        if message.subject.is_invite() && self.answers(&message) {
            return self.answer_copy(port);
        }
        // RFC 3261 §12.2.2: no such dialog.
        self.refuse(now, &message, Status::DoesNotExist481, port);
    }

    /// A final response other than a 2xx: to an INVITE over UDP it is repeated until its ACK (RFC 3261 §17.2.1).
    fn refuse(&mut self, now: Time, message: &Message, status: Status, port: &mut impl ClientPort) {
        let answer = message.answer(status);
        if message.subject.is_invite() && !self.reliable {
            self.rare().answer = Some(Pending::refusal(now, &answer));
        }
        port.send(answer);
    }

    /// A copy of an INVITE whose 2xx is being retransmitted is absorbed (RFC 6026 §7.1), another final response goes out
    /// again (RFC 3261 §17.2.1).
    fn answer_copy(&self, port: &mut impl ClientPort) {
        if let Some(refusal) = self.answer().filter(|a| a.is_refusal()) {
            port.send(refusal.message(Side::Client));
        }
    }

    pub(super) fn receive_reinvite(
        &mut self,
        config: &ClientConfig,
        now: Time,
        message: Message,
        port: &mut impl ClientPort,
    ) {
        if self.answers(&message) {
            return self.answer_copy(port);
        }
        if self.requests.iter().any(|r| r.subject.is_invite()) {
            // RFC 3261 §14.2: both sides have an INVITE under way.
            return self.refuse(now, &message, Status::Pending491, port);
        }
        let status = match config.on_gateway_refresh {
            OnGatewayRefresh::Accepted => Status::Ok200,
            OnGatewayRefresh::Ignored => return,
            OnGatewayRefresh::Rejected405 => Status::MethodNotAllowed405,
            OnGatewayRefresh::Rejected488 => Status::NotAcceptable488,
            OnGatewayRefresh::Rejected491 => Status::Pending491,
            OnGatewayRefresh::Rejected500 => Status::ServerError500,
        };
        if status != Status::Ok200 {
            return self.refuse(now, &message, status, port);
        }
        let mut answer = message.answer(Status::Ok200);
        answer.value = message.value;
        answer.refresher = Refresher::Uas;
        self.rare().answer = Some(Pending::answer(now, &answer));
        port.send(answer);
        self.granted_s = message.value;
        self.restart_expiry(config, now);
    }

    pub(super) fn receive_answer(
        &mut self,
        config: &ClientConfig,
        now: Time,
        answer: Message,
        port: &mut impl ClientPort,
    ) {
        let position = self.requests.iter().position(|r| r.is_answered_by(&answer));
        if answer.subject.is_invite() {
            port.send(ack(&answer));
            if position.is_none()
                && answer.subject == Subject::Invite
                && answer.status == Status::Ok200
            {
                self.refuse_late_session(now, &answer, port);
            }
        }
        let Some(index) = position else { return };
        let request = self.requests.remove(index);
        if answer.status == Status::Unavailable503 && answer.value > 0 {
            self.rare().quiet_until = Some(now + Span::from_secs(u64::from(answer.value)));
        }
        if request.dialog != self.dialog
            || matches!(request.subject, Subject::Bye | Subject::MonitorStop)
        {
            return;
        }
        if request.subject == Subject::Invite {
            return self.setup_answered(config, now, &answer, port);
        }
        if answer.status == Status::DoesNotExist481 {
            match request.subject {
                Subject::Update | Subject::ReInvite => {
                    port.note(ClientNote::RefreshFailed(RefreshFailure::Rejected));
                }
                Subject::MakeCall => port.note(ClientNote::CallFailed(request.value)),
                _ => {}
            }
            return self.end(config, now, ClientEnd::Answer481, port);
        }
        let ok = answer.status == Status::Ok200;
        match request.subject {
            Subject::Update | Subject::ReInvite => {
                self.refresh_answered(config, now, &answer, port)
            }
            Subject::GetCstaFeatures if ok => {
                self.phase = Phase::Monitoring;
                self.proceed_setup(config, now, port);
            }
            Subject::MonitorStart if ok => {
                self.phase = Phase::Established;
                self.failures = 0;
                port.note(ClientNote::Established);
            }
            Subject::GetCstaFeatures | Subject::MonitorStart => {
                self.fail_setup(config, now, true, port)
            }
            Subject::MakeCall if ok => port.note(ClientNote::CallPlaced(request.value)),
            Subject::MakeCall => port.note(ClientNote::CallFailed(request.value)),
            _ => {}
        }
    }

    /// A 200 to an INVITE that was given up: its dialog is ended at once (rule "set-up").
    pub(super) fn refuse_late_session(
        &mut self,
        now: Time,
        answer: &Message,
        port: &mut impl ClientPort,
    ) {
        if self.is_quiet(now) {
            return; // RFC 3261 §21.5.4: no request is sent before Retry-After has passed
        }
        let open = self.in_dialog() && answer.dialog == self.dialog;
        let refused = self
            .requests
            .iter()
            .any(|r| r.subject == Subject::Bye && r.dialog == answer.dialog);
        if open || refused {
            return; // a copy of a 200 already dealt with
        }
        let bye = Message::request(
            Side::Client,
            answer.dialog,
            answer.cseq.wrapping_add(1),
            Subject::Bye,
        );
        self.requests
            .push(Pending::request(now, &bye, self.reliable));
        port.send(bye);
    }
}
