//! rccsim: a deterministic discrete-event simulator of Remote Call Control deployments.
//!
//! The architecture, in dependency order, one sentence a module:
//!
//! - [`quantity`]: time, rates and probabilities with their units; parsed, printed, never a bare number.
//! - [`engine`]: the future event list, alarms, keyed random streams and the fingerprint; it has never heard of SIP.
//! - [`measure`]: the vocabulary of metrics and the integer accumulators that results are made of.
//! - [`protocol`]: sans-IO machines for the client, the gateway's dialog and transactions; no engine, no clock, no randomness.
//! - [`workload`]: who signs in when and who calls whom; intents, not messages.
//! - [`faults`]: what goes wrong when; conditions, not messages.
//! - [`deployment`]: the only place where engine meets protocol: wiring, paths, probes, `simulate()`.
//! - [`scenario`]: TOML in, checked and typed values out, every error with file, line, key and what is valid.
//! - [`study`]: replications, intervals, verdicts, comparison and search; it knows no SIP and no files.
//! - [`experiment`]: what turns a scenario into samples and answers: replications of cases, trials, search, selection.
//! - [`theory`]: closed forms of a plan, with their preconditions, and whether a simulation agrees with them.
//! - [`record`]: results as plain data, one struct for who writes and who reads; CSV, JSON, and the folder they are kept in.
//! - [`report`]: results for people: text, plots, one page.
//! - [`reference`](mod@reference): the language of scenarios explained: topics, [one page](reference::language), a JSON Schema.
//! - [`wire`]: SIP text and CSTA bodies for every message of the model, both ways; no sockets.
//! - [`capture`]: packet captures and logs of programs, read as a stream in bounded memory, and captures written.
//! - [`identify`]: what a gateway and its client are, told from captures and logs, with evidence.
//! - [`live`]: dialogs with real peers over UDP, TCP and TLS; the one room besides `cli` that reads a clock.
//! - [`cli`]: the only printer, one file per subcommand.
//!
//! [`version`] says what was built, [`refusal`] what the system said.
//!
//! # From a scenario to an answer
//!
//! ```
//! use rccsim::experiment::{Experiment, ExperimentError};
//! use rccsim::scenario::Scenario;
//! use rccsim::study::Verdict;
//!
//! let scenario = Scenario::from_toml(
//!     r#"
//!     [scenario]
//!     name = "small-office"
//!     horizon = "8 h"
//!     [[gateway]]
//!     name = "cstagw"
//!     profile = "nec-ow5000"
//!     [[clients]]
//!     name = "office"
//!     profile = "communicator-2007-r2"
//!     count = 20
//!     gateway = "cstagw"
//!     sign_in = "at start"
//!     reestablish = "fixed 30 s"
//!     [[objective]]
//!     metric = "down_fraction"
//!     at_most = "1 %"
//!     "#,
//! )?;
//! let answer = Experiment::new(scenario).replications(3).run()?;
//! assert_eq!(answer.verdict(), Verdict::Fail);
//!
//! // Does it help to leave UPDATE out of the Allow header?
//! let answers = Experiment::new(answer.case.scenario)
//!     .replications(3)
//!     .vary("gateway.allow", ["absent", "without-update"])
//!     .run()?;
//! let down = |i: usize| answers[i].estimate("down_fraction").map(|e| e.mean);
//! assert!(down(0) > Some(0.01));
//! assert_eq!(down(1), Some(0.0));
//! # Ok::<(), ExperimentError>(())
//! ```
//!
//! # The client machine, driven by hand
//!
//! A machine reads no clock and draws no number: time, messages and draws go in, messages and notes come out.
//!
//! ```
//! use rccsim::protocol::*;
//! use rccsim::quantity::Time;
//! use rccsim::scenario::Scenario;
//!
//! #[derive(Default)]
//! struct Desk {
//!     sent: Vec<Message>,
//!     notes: Vec<ClientNote>,
//! }
//!
//! impl ClientPort for Desk {
//!     fn send(&mut self, message: Message) {
//!         self.sent.push(message);
//!     }
//!     fn note(&mut self, note: ClientNote) {
//!         self.notes.push(note);
//!     }
//!     fn draw(&mut self, _: Draw) -> f64 {
//!         0.5
//!     }
//! }
//!
//! // Communicator 2007 R2, as its profile has it.
//! let scenario = Scenario::from_toml(
//!     r#"
//!     [scenario]
//!     name = "by hand"
//!     horizon = "1 h"
//!     [[gateway]]
//!     name = "cstagw"
//!     profile = "nec-ow5000"
//!     [[clients]]
//!     name = "desk"
//!     profile = "communicator-2007-r2"
//!     count = 1
//!     gateway = "cstagw"
//!     "#,
//! )?;
//! let config = &scenario.plan.clients[0].config;
//! let (mut client, mut desk) = (Client::new(true), Desk::default());
//! client.sign_in(config, Time(0), &mut desk);
//! // The gateway answers everything of the set-up at once …
//! while let Some(request) = desk.sent.pop() {
//!     if request.subject != Subject::Ack {
//!         client.receive(config, Time(0), request.answer(Status::Ok200), &mut desk);
//!     }
//! }
//! assert!(client.is_established());
//! // … and ignores the UPDATE that comes after 25 min: 32 s later the session is lost.
//! let mut lost_at = Time(0);
//! while let Some((at, _)) = client.deadline().filter(|_| client.is_established()) {
//!     client.fire(config, at, &mut desk);
//!     lost_at = at;
//! }
//! assert_eq!(desk.sent[0].subject, Subject::Update);
//! assert!(desk.notes.contains(&ClientNote::Ended(ClientEnd::GaveUp)));
//! assert_eq!(lost_at, Time(1_532_000_000));
//! # Ok::<(), rccsim::scenario::ScenarioError>(())
//! ```
//!
//! # How figures are defined
//!
//! - A **drop** is an established session that ends other than by sign-out, dated at the instant it stopped being usable. A
//!   user is **usable** while both ends hold the dialog, the monitor is on and both directions are reachable; otherwise, while
//!   signed in, *setting up* (never yet established), *silent* (the client still believes in its session) or *visible* (it
//!   knows). `down_fraction` is the sum of the three over signed-in time.
//! - A **toast** is due for each incoming call to a signed-in user, and missed unless its DeliveredEvent reaches the client
//!   while the phone rings.
//! - Every figure is the mean over replications with its 95 % interval (Student's t; a ratio is a ratio of totals); "0" comes
//!   with its exact upper bound, but where nothing in a run is random: it is the same in every replication. An objective passes or fails only when the whole interval lies on one side of it; with
//!   `quantile = "19 of 20 days"`, when the interval of that quantile of the replications does, each a day.
//! - Percentiles are read from histograms of whole microseconds that merge exactly: each is the nearest rank in its
//!   replication, or up to 1/128 (0.8 %) more. Means and sums are exact.
//! - A run is a terminating day; `run --steady-state` also tells what its figures settle to without the warm-up, or that it
//!   is too short to tell. `compare` judges by what users miss, never by the drop rate alone.
//!
//! # Limits of the model
//!
//! - OCS relays statelessly and transparently; authentication, presence and media are not simulated.
//! - A gateway answers at once unless it is given a service time or a capacity; no vendor publishes messages per second, and
//!   published calls per hour are converted at 8 messages a call.
//! - A stalled or crashed gateway loses what waits in it. OCS has no queue of its own and one address for everybody.
//! - How Communicator reacts to an unanswered or refused refresh, which Session-Expires it offers and how soon it comes back
//!   are not published. They are keys with defaults marked *assumption*; `run` and the studies try the other values and say
//!   when one of them decides the answer.
//! - Users behave independently of each other: no calls between them, no shared lines.
//!
//! # What the model leaves open, and what was chosen
//!
//! - A set-up is one attempt: `setup_mean_ms` runs from its INVITE (the first, where a 422 makes it send another) to usable.
//!   Attempts that fail are counted by `setups_failed`; one still under way at the end is censored.
//! - A failed set-up waits T1 (500 ms) at least, whatever `reestablish` says: repeated without any pause it would let no
//!   time pass.
//! - Where the 2xx says `refresher=uas`, a client by RFC 4028 leaves refreshing to the gateway and, as the side that does
//!   not refresh, ends the session at SE − min(32 s, SE/3). Communicator's refresh is a heartbeat of its own and goes on.
//! - Under `since-traffic` a jittered interval is drawn once per refresh, and traffic restarts that same interval. A refresh
//!   put off by 491 or Retry-After is pending: traffic does not move it.
//! - During Retry-After the client sends no request at all, not even the BYE of a session that ends meanwhile; it answers
//!   and acknowledges what comes.
//! - 491, and a 422 that is answered by a larger Session-Expires, each end a refresh transaction that failed; what follows
//!   is another.
//! - A message that arrives at the instant at which the call stops ringing still shows its toast: messages go before calls.
//! - `down_peak` is exact within a group and to the second; over groups the peaks of the same second are added.
//! - A run of several days repeats the day of those who sign out: sign-in, sign-out, lunch, attendance and calls are drawn anew
//!   for each day. Who would sign in again before the sign-out of the day before stays signed in. Where `start` has no weekday,
//!   every day is a working day. A night shift belongs to the day on which it begins; days of figures go from midnight to midnight.
//! - A mix gives a user the program of one number drawn for the user: shares hold on average, and other shares move nobody else.
//! - A quantile is the upper edge of its bucket, at most 0.8 % above the sample of that rank, and never beyond the longest.
//!
//! What an event costs, and what made it cheaper, stands in `benches/README.md`.

#[cfg(feature = "captures")]
pub mod capture;
#[cfg(feature = "cli")]
pub mod cli;
pub mod deployment;
pub mod engine;
pub mod experiment;
pub mod faults;
#[cfg(feature = "captures")]
pub mod identify;
#[cfg(feature = "live")]
pub mod live;
pub mod measure;
#[doc = include_str!("data_out.md")]
pub mod data_out {}
#[doc = include_str!("more_than_one_machine.md")]
pub mod more_than_one_machine {}
pub mod protocol;
pub mod quantity;
#[cfg(feature = "report")]
pub mod record;
#[cfg(feature = "report")]
pub mod reference;
pub mod refusal;
#[cfg(feature = "report")]
pub mod report;
pub mod scenario;
pub mod study;
pub mod theory;
pub mod version;
#[cfg(feature = "captures")]
pub mod wire;
pub mod workload;
