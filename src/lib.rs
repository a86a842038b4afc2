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
//! - [`experiment`]: what turns a scenario into samples and answers: replications of cases, trials, search, selection.
//! - [`record`]: results as plain data, one struct for who writes and who reads; CSV, JSON, and the folder they are kept in.
//! - [`report`]: results for people: text, plots, one page.
//! - [`wire`]: SIP text and CSTA bodies for every message of the model, both ways; no sockets.
//! - [`capture`]: packet captures and logs of programs, read as a stream in bounded memory, and captures written.
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
//! deadlines of 32 s that mostly find that they were cleared. They take 220,000 instructions, 713 an event, as callgrind
//! counts them in batches (the difference between 2,000 and 4,000 users; what is inlined goes to the file it stands in):
//!
//! | part | share of instructions |
//! |---|---|
//! | the agenda: filing, taking, laying wheels, sorting | 23 % |
//! | a message put on its way: legs, counters, fingerprint | 16 % |
//! | the earliest deadline of a machine, after each of its events | 8 % |
//! | draws | 3 % |
//! | the machines, what is done with what they say, probes | 50 % |
//!
//! The hashes of the fingerprint, spread over several of these, are 7 %.
//!
//! What decides, though, is where the state lies. Of a user it takes, in bytes:
//!
//! | state | bytes | why |
//! |---|---|---|
//! | user | 320 | five lines of the cache, by what an event needs together |
//! | · client machine | 120 | two requests under way of 24 bytes, two timers, the interval, the dialog's numbers |
//! | · calls to come | 48 | two streams, each with its rate and the next instant |
//! | · what the probes remember | 56 | five instants, where the user stands and why |
//! | · the rest | 96 | key, the alarm's three words, counts, the first dialog and call, the rest of a line |
//! | what few events need | 56 | apart: five streams, the last BYE |
//! | dialog at the gateway | 128 | two timers, a request and an answer under way, the alarm, the next dialog |
//! | call | 48 | while it lasts |
//! | pending event | 40 | some six of them |
//!
//! That is some 100 kB for 128 users, and 4 MB for 5,000. An instant that may be missing takes 8 bytes, not 16
//! ([`quantity::MaybeTime`]); a message that waits for its answer is kept without what its machine knows of it
//! ([`protocol::Pending`]); dialogs and calls stand in one vector for all users, in lists.
//!
//! When a user took 520 and a dialog 160, two fifths of the time went into waiting for memory with 5,000 users in one
//! agenda, seven tenths with 100,000. So users whom nothing couples go through the day in batches of 128, whose state
//! stays in the near cache: see `deployment/group/batch.rs`. Groups that share a station, a limit, a fault or a lossy
//! connection have one agenda.
//! Measured on a virtual machine with busy neighbours: 47,000 client-days, 14 million events a core-second, in groups of
//! 5,000 and about the same in one of 100,000; 21,000 and 9,000 client-days before, measured in turn with it. With 100,000
//! users of 20 gateways and a spare one in one agenda, 3.8 million events a core-second before the state was made smaller,
//! 5.4 million since, while others kept the machine busy: medians of five runs each, measured in turn. With one core
//! to itself it is 7.2 million.
//!
//! What made it faster, each with the same results to the bit, by the time of 10,000 client-days before and after:
//!
//! - lanes, queues beside the wheels for what is due a fixed time after it is filed: 10 %, with the next;
//! - a timeout's entry does not push out that of the deadline behind it: 308 events instead of 339;
//! - one stack for what machines say instead of a buffer for each depth: 3 % fewer instructions;
//! - what the events of a bucket need is touched when the bucket is sorted: 5 %, in a group of 100,000 with one agenda 8 %;
//! - batches: a factor of 1.7, and of 3.3 in a group of 100,000;
//! - smaller state in lines of the cache, the dialog touched ahead with its user, and for a timeout only the alarm: a factor
//!   of 1.4 (1.3 to 1.5 in five pairs of runs) where 100,000 share one agenda; 2 % fewer instructions, and no difference in
//!   time, in batches, whose state was near before.
//!
//! Tried and dropped: batches of 64, 256, 512 and 1,024 users (as fast as 128, and 6, 11 and 28 % slower); whole-program
//! optimisation in one unit (11 % slower); payloads apart from their keys in the agenda (faster below
//! 1,000 pending events, a third slower at 100,000); chunks of 16 instead of 32 entries; the state of the third next user
//! touched ahead while all stood in one order (no difference: it was mostly the same user's).

#[cfg(feature = "captures")]
pub mod capture;
#[cfg(feature = "cli")]
pub mod cli;
pub mod deployment;
pub mod engine;
pub mod experiment;
pub mod faults;
pub mod measure;
pub mod protocol;
pub mod quantity;
#[cfg(feature = "report")]
pub mod record;
#[cfg(feature = "report")]
pub mod report;
pub mod scenario;
pub mod study;
#[cfg(feature = "captures")]
pub mod wire;
pub mod workload;
