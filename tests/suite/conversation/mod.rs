//! A client and a gateway, or one of them alone, on a virtual clock: who says what when. Every timeline is written by hand.

use std::collections::VecDeque;

use rccsim::deployment::{ClientPlan, Fate, Observer, Plan, Transport, observe, simulate};
use rccsim::measure::{Counter, DropCause, EndedBy, MissCause, Sample};
use rccsim::protocol::*;
use rccsim::quantity::{Span, Time};
use rccsim::workload::SignIn;

use crate::deployments::*;

mod client_alone;
mod figures;
mod gateway_alone;
mod wired;

const MS: u64 = 1000;
const S: u64 = 1_000_000;

/// Every message put on the wire: microseconds, user, sender, what.
#[derive(Default)]
struct Wire(Vec<(u64, u32, Message)>);

impl Observer for Wire {
    fn message(&mut self, now: Time, user: u32, message: &Message, fate: Fate) {
        if fate == Fate::Sent {
            self.0.push((now.0, user, *message));
        }
    }
}

fn text_of(m: &Message) -> String {
    let (from, subject) = (
        if m.from == Side::Client {
            "client"
        } else {
            "gateway"
        },
        m.subject,
    );
    match m.status {
        Status::Request => format!("{from} {subject:?}"),
        status => format!(
            "{from} {} to {subject:?}",
            status.line().split(' ').next().unwrap()
        ),
    }
}

fn wire(p: &Plan) -> Vec<(u64, u32, Message)> {
    observe(p, 0, 0, 0, Wire::default()).unwrap().0
}

/// The conversation of the first user, from `from_ms` on.
fn conversation(p: &Plan, from_ms: u64) -> Vec<(u64, String)> {
    let messages = wire(p)
        .into_iter()
        .filter(|(at, user, _)| *user == 0 && *at >= from_ms * MS);
    messages
        .map(|(at, _, message)| (at / MS, text_of(&message)))
        .collect()
}

#[track_caller]
fn expect(actual: Vec<(u64, String)>, expected: &[(u64, &str)]) {
    let expected: Vec<(u64, String)> = expected
        .iter()
        .map(|(at, words)| (*at, words.to_string()))
        .collect();
    assert_eq!(actual, expected);
}

/// One user 10 ms away from the gateway.
fn near(gateway: GatewayConfig, client: ClientConfig, horizon_s: u64) -> Plan {
    let mut c = clients("c", 1, client);
    c.path.delay = Span::from_millis(10);
    plan(gateway, vec![c], horizon_s)
}

/// What a machine says, and the draws it is given.
#[derive(Default)]
struct Desk {
    sent: Vec<(u64, String)>,
    notes: Vec<String>,
    draws: VecDeque<f64>,
    draw_count: usize,
    now: u64,
}

impl Desk {
    fn push(&mut self, message: Message) {
        self.sent.push((self.now / MS, text_of(&message)));
    }
    fn next_draw(&mut self) -> f64 {
        self.draw_count += 1;
        self.draws.pop_front().unwrap_or(0.5)
    }
}

impl ClientPort for Desk {
    fn send(&mut self, message: Message) {
        self.push(message);
    }
    fn note(&mut self, note: ClientNote) {
        self.notes.push(format!("{note:?}"));
    }
    fn draw(&mut self, _: Draw) -> f64 {
        self.next_draw()
    }
}

impl GatewayPort for Desk {
    fn send(&mut self, message: Message) {
        self.push(message);
    }
    fn note(&mut self, note: GatewayNote) {
        self.notes.push(format!("{note:?}"));
    }
    fn draw_glare(&mut self) -> f64 {
        self.next_draw()
    }
    fn draw_share(&mut self, _: &Message) -> f64 {
        0.5
    }
}

/// A client alone with its clock.
struct LoneClient {
    client: Client,
    config: ClientConfig,
    desk: Desk,
}

impl LoneClient {
    fn new(config: ClientConfig) -> Self {
        Self {
            client: Client::new(true),
            config,
            desk: Desk::default(),
        }
    }
    fn at(&mut self, s: f64) -> Time {
        self.desk.now = (s * 1e6).round() as u64;
        Time(self.desk.now)
    }
    /// Fires every deadline up to then.
    fn run_to(&mut self, s: f64) {
        while let Some((at, _)) = self
            .client
            .deadline()
            .filter(|(at, _)| at.0 as f64 <= s * 1e6)
        {
            self.desk.now = at.0;
            self.client.fire(&self.config, at, &mut self.desk);
        }
    }
    fn hears(&mut self, s: f64, message: Message) {
        self.run_to(s);
        let now = self.at(s);
        self.client
            .receive(&self.config, now, message, &mut self.desk);
    }
    fn sign_in(&mut self) {
        let now = self.at(0.0);
        self.client.sign_in(&self.config, now, &mut self.desk);
    }
    fn call(&mut self, s: f64, number: u32) {
        self.run_to(s);
        let now = self.at(s);
        self.client
            .make_call(&self.config, now, number, &mut self.desk);
    }
    /// The 200 to its request with this CSeq.
    fn accepts(&mut self, s: f64, subject: Subject, cseq: u16) {
        self.answers(s, subject, cseq, Status::Ok200, 1800);
    }
    fn answers(&mut self, s: f64, subject: Subject, cseq: u16, status: Status, value: u32) {
        self.run_to(s);
        let dialog = self.client.dialog();
        let mut answer = Message::request(Side::Client, dialog, cseq, subject).answer(status);
        answer.value = value;
        self.hears(s, answer);
    }
    /// Signs in and is established, all at 0 s.
    fn established(config: ClientConfig) -> Self {
        let mut alone = Self::new(config);
        alone.sign_in();
        alone.accepts(0.0, Subject::Invite, 1);
        alone.accepts(0.0, Subject::GetCstaFeatures, 2);
        alone.accepts(0.0, Subject::MonitorStart, 3);
        assert!(alone.client.is_established());
        alone.desk.sent.clear();
        alone.desk.notes.clear();
        alone
    }
    fn event(&mut self, s: f64, cseq: u16) {
        let message = Message::request(
            Side::Gateway,
            self.client.dialog(),
            cseq,
            Subject::Established,
        );
        self.hears(s, message);
    }
    /// When it sent this.
    fn sent(&self, line: &str) -> Vec<u64> {
        self.desk
            .sent
            .iter()
            .filter(|(_, text)| text == line)
            .map(|(at, _)| *at)
            .collect()
    }
}
