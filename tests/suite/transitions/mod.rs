//! The state tables of client and gateway: printed by driving the machines themselves through every state and event, and
//! kept in `src/protocol/transitions.md`, which the documentation of `protocol` shows.

use std::fmt::Write;

use rccsim::protocol::{
    ClientNote, ClientPort, Draw, GatewayNote, GatewayPort, Message, Status, Subject,
};
use rccsim::quantity::{Span, Time};

mod client;
mod gateway;
mod timers;

/// Where the tables are kept, below the root of the repository.
const SNAPSHOT: &str = "src/protocol/transitions.md";

#[test]
fn the_documented_state_tables_are_those_of_the_machines() {
    let (client, gateway) = (client::tables(), gateway::tables());
    let (of_client, of_gateway) = (timers::of_client(), timers::of_gateway());
    let tables = format!("{client}{of_client}\n{gateway}{of_gateway}");
    if std::env::var_os("RCCSIM_BLESS").is_some() {
        std::fs::write(SNAPSHOT, &tables).unwrap();
    }
    let snapshot = std::fs::read_to_string(SNAPSHOT).unwrap_or_default();
    let first = (snapshot.lines().zip(tables.lines())).find(|(snapshot, line)| snapshot != line);
    assert!(
        snapshot == tables,
        "{SNAPSHOT} differs from the machines, first at {first:?}; they print\n{tables}"
    );
}

/// Records what a machine says; every random draw is in the middle.
#[derive(Default)]
struct Port {
    sent: Vec<Message>,
    notes: Vec<String>,
    /// When set-ups that are due have their turn; `None`: at once.
    turn: Option<Time>,
}

impl ClientPort for Port {
    fn send(&mut self, message: Message) {
        self.sent.push(message);
    }
    fn note(&mut self, note: ClientNote) {
        self.notes.push(format!("{note:?}"));
    }
    fn draw(&mut self, _: Draw) -> f64 {
        0.5
    }
    fn setup_turn(&mut self, now: Time, _: Span) -> Time {
        self.turn.unwrap_or(now)
    }
}

impl GatewayPort for Port {
    fn send(&mut self, message: Message) {
        self.sent.push(message);
    }
    fn note(&mut self, note: GatewayNote) {
        self.notes.push(format!("{note:?}"));
    }
    fn draw_glare(&mut self) -> f64 {
        0.5
    }
    fn draw_share(&mut self, _: &Message) -> f64 {
        0.5
    }
}

/// A message as the tables name it.
fn name(message: &Message) -> String {
    let request = match (message.subject, message.subject.body()) {
        (Subject::Invite, _) => "INVITE".into(),
        (Subject::ReInvite, _) => "re-INVITE".into(),
        (subject, Some(body)) => format!("{} {body}", subject.method()),
        (subject, None) => subject.method().to_string(),
    };
    if message.is_request() {
        return request;
    }
    let expires = match message.value {
        se if se > 0 && message.status == Status::Ok200 => format!(", Session-Expires {se}"),
        _ => String::new(),
    };
    let unroutable = if message.unroutable { ", lost" } else { "" };
    format!(
        "{}{expires}{unroutable} to {request}",
        message.status.line()
    )
}

/// A row of a table: an event, what the machine sends and notes, and its state afterwards.
fn row(table: &mut String, event: &str, port: &Port, next: &str) {
    let sent: Vec<String> = port.sent.iter().map(name).collect();
    let cell = |items: &[String]| match items {
        [] => "–".to_string(),
        items => items.join("; "),
    };
    let (sent, notes) = (cell(&sent), cell(&port.notes));
    writeln!(table, "| {event} | {sent} | {notes} | {next} |").unwrap();
}

const COLUMNS: &str = "\n\n| event | sends | notes | next state |\n|---|---|---|---|\n";

/// Adds the events that change and say nothing.
fn ignored(table: &mut String, events: &[String]) {
    if !events.is_empty() {
        writeln!(table, "\nNo effect: {}.", events.join(", ")).unwrap();
    }
}
