//! rccsim: a deterministic discrete-event simulator of Remote Call Control deployments.
//!
//! The architecture, in dependency order, one sentence a module:
//!
//! - [`quantity`]: time, rates and probabilities with their units; parsed, printed, never a bare number.
//! - [`engine`]: the agenda of pending events, alarms, keyed random streams and the fingerprint; it has never heard of SIP.
//! - [`measure`]: the vocabulary of metrics and the integer accumulators that results are made of.
//! - [`protocol`]: sans-IO machines for the client, the gateway's dialog and transactions; no engine, no clock, no randomness.
//! - [`workload`]: who signs in when and who calls whom; intents, not messages.
//! - [`faults`]: what goes wrong when; conditions, not messages.
//! - [`deployment`]: the only place where engine meets protocol: wiring, paths, probes, `simulate()`.
//! - [`scenario`]: TOML in, checked and typed values out, every error with file, line, key and what is valid.
//! - [`study`]: replications, intervals, verdicts, comparison and search; it knows no SIP and no files.
//! - [`report`]: results to bytes: table, CSV, JSON, plots, one page for people; and back from their folder.
//! - [`cli`]: the only printer, one file per subcommand.
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
//! - A quantile is the upper edge of its bucket, at most 0.8 % above the sample of that rank, and never beyond the longest.
//!
//! # What an event costs
//!
//! `benches/all` measures everything and leaves a table and charts in `results/bench`: `--bench engine` the agenda alone
//! against a binary heap, `--bench day` the whole model, `--bench study` two threads, `--bench start` the commands, and
//! `benches/peers` the same model in other simulators.
//!
//! An event is an entry taken from the agenda: a message that arrives, a deadline, a call. A user of `models/large.toml`
//! has 308 of them in 8 h: 170 messages, each sent, delayed and received as itself, 48 changes of calls, 19 refreshes, and
//! deadlines of 32 s that mostly find that they were cleared. They take 231,000 instructions, 750 an event, as callgrind
//! counts them:
//!
//! | part | share of instructions |
//! |---|---|
//! | the agenda: filing, taking, laying wheels, sorting | 26 % |
//! | a message put on its way: legs, counters, fingerprint | 16 % |
//! | the earliest deadline of a machine, after each of its events | 8 % |
//! | draws | 3 % |
//! | the machines, what is done with what they say, probes | 47 % |
//!
//! The hashes of the fingerprint, spread over several of these, are 8 %.
//!
//! What decides, though, is where the state lies. A user's takes 520 bytes (232 of them the client machine: two requests
//! under way of 32 bytes each, four timers, the dialog's numbers; the rest are what the probes remember, two streams of calls
//! and five other streams of 8 bytes), a dialog's at the gateway 160, a call's 48, a pending event 40: some 130 kB for 128
//! users, and 5 MB for 5,000. With 5,000 users in one agenda two fifths of the time went into waiting for memory, with
//! 100,000 seven tenths. So users whom nothing couples go through the day in batches of 128, whose state stays in the near cache:
//! see `deployment/group/batch.rs`. Groups that share a station, a limit, a fault or a lossy connection have one agenda.
//! Measured on a virtual machine with busy neighbours: 47,000 client-days, 14 million events a core-second, in groups of
//! 5,000 and about the same in one of 100,000; 21,000 and 9,000 client-days before, measured in turn with it.
//!
//! What made it faster, each with the same results to the bit, by the time of 10,000 client-days before and after:
//!
//! - lanes, queues beside the wheels for what is due a fixed time after it is filed: 10 %, with the next;
//! - a timeout's entry does not push out that of the deadline behind it: 308 events instead of 339;
//! - one stack for what machines say instead of a buffer for each depth: 3 % fewer instructions;
//! - what the events of a bucket need is touched when the bucket is sorted: 5 %, in a group of 100,000 with one agenda 8 %;
//! - batches: a factor of 1.7, and of 3.3 in a group of 100,000.
//!
//! Tried and dropped: batches of 64, 256, 512 and 1,024 users (as fast as 128, and 6, 11 and 28 % slower); whole-program
//! optimisation in one unit (11 % slower); payloads apart from their keys in the agenda (faster below
//! 1,000 pending events, a third slower at 100,000); chunks of 16 instead of 32 entries; the state of the third next user
//! touched ahead while all stood in one order (no difference: it was mostly the same user's).

pub mod cli;
pub mod deployment;
pub mod engine;
pub mod faults;
pub mod measure;
pub mod protocol;
pub mod quantity;
pub mod report;
pub mod scenario;
pub mod study;
pub mod workload;
