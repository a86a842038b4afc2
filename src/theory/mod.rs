//! Closed forms: what a plan must come to, by arithmetic alone, wherever its conditions are simple enough.
//!
//! [`predict`] looks at a [`Plan`](crate::deployment::Plan) and gives, for every client group and every gateway, the
//! closed forms that it meets, each with its parameters, or the first of their preconditions that it does not meet, as a
//! [`Violation`] that prints itself: `refresh_jitter = 10 %`. [`Prediction::compare`] puts a prediction beside the
//! [`RunFigures`] of a simulation; an [`Agreement`] says how far the two are apart, how far they may be and why. What the end
//! of a run cuts is allowed for by its size; of chance four standard deviations are allowed, by the law of the figure
//! itself where it has one, else a 99.99 % interval from the spread of the replications.
//!
//! Throughout, R is the refresh interval, SE the session that was granted, D the delay before a lost session is set up
//! again and λ the rate of calls of a user. Instants run from the client's receipt of the 2xx to INVITE. Delays of a leg
//! are 50 ms at most, so that no instant moves by more than the second that is allowed for.
//!
//! # Sessions that are kept, or lost again and again
//!
//! A client that loses its session after U and has it back after W goes through cycles of U + W: it is down for W/(U + W)
//! of the time, loses 3600/(U + W) sessions an hour and misses 3600 λ W/(U + W) toasts an hour. By the rules of RFC 4028
//! and RFC 3261:
//!
//! | gateway and UPDATE | client | U | W |
//! |---|---|---|---|
//! | ignores it | `tear-down` | min(R + 32 s, T) | D |
//! | ignores it | `hold` | T | D |
//! | ignores it, sends no BYE | `keep-polling`, nothing sent but refreshes | SE | R⌈SE/R⌉ − SE + D |
//! | answer lost | `tear-down` | min(R + 32 s, SE) | D |
//! | 405 or 501 | `on_rejection = hold` | T | D |
//! | 405 or 501 | `on_rejection = tear-down` | R | D |
//! | 481 | any | R | D |
//!
//! T is SE, or SE − min(32 s, SE/3) where the gateway sends BYE (RFC 4028 §10). With UPDATE accepted, or answered without
//! Session-Expires, or replaced by re-INVITE after 405 or 501, or never sent, the session is kept. Which method a client
//! chooses follows from Allow and its own rule (`protocol`). Every 32 s is 64·T1, the time after which a transaction that
//! nobody answers is given up (RFC 3261 §17.1). At R = 1500 s, SE = 1800 s, D = 30 s, λ = 6 /h the shares of time down
//! are 0.019206 (`tear-down`), 0.016393 (`hold`) and 0.405941 (`keep-polling`): the lowest rate of drops has the worst
//! availability.
//!
//! Conditions: the clock runs since the last refresh; the client refreshes; R and its jitter are shorter than SE; a
//! session that is lost has no jitter and a fixed D; no faults; a gateway that answers everybody at once; lasting routes
//! and connections; no loss (of kept sessions on TCP 1 % at most: what holds up a message for 32 s is seven losses in a
//! row).
//!
//! # A crash found at the next refresh
//!
//! A gateway that is up for exponential times with mean M crashes without a word. From the last refresh before it a
//! crash comes after x on \[0, R\] with density e^(−x/M)/(M (1 − e^(−R/M))), so that the next refresh is
//! R/(1 − e^(−R/M)) − M later on average: 300.05 s at R = 600 s and 750.31 s at R = 1500 s for M = 7 d. Where the gateway
//! is still down at that refresh, a share π + (1 − π) E e^(−d (1/m + 1/M)), π = m/(m + M), for exponential repairs with
//! mean m, the client knows 32 s later, or when its session ends. Conditions: that fault alone, sessions forgotten and no
//! spare, UPDATE works, no jitter, nothing sent in the dialog but refreshes, no loss; with repairs that take time also
//! `tear-down` and no UDP.
//!
//! # An idle timeout
//!
//! A middlebox forgets a connection after F < R without traffic; single messages that reset it come at a rate λ, and
//! R ≤ 2F (or λ = 0). With a = R − F, an interval loses B = e^(−λF) (a + λ a²/2) on average, and a share
//! 1 − G = e^(−λF) (1 + λ a) of intervals has a loss. On UDP, where a client's message opens the path again, the share of
//! time down is B/R; on TCP it is (B + (1 − G)(32 + D))/(R + (1 − G)(32 + D)). At R = 1500 s, F = 1200 s, λ = 1/600 s:
//! 0.033834, and 0.041873 with D = 30 s; at λ = 0, 1 − F/R on UDP. Conditions: UPDATE works, `tear-down` and a fixed D on
//! TCP, no jitter, no loss, no faults, calls that are one message (nobody answers them before they stop ringing).
//!
//! # Independent loss on UDP
//!
//! Each copy of a message is lost with probability p on its way. A non-INVITE transaction sends 11 copies within its 32 s
//! (RFC 3261 §17.1.2.2) and fails with q¹¹, q = 1 − (1 − p)². An INVITE sends 7; the first that arrives is answered by a
//! 2xx that is repeated until the ACK (§13.3.1.4): it fails with p⁷ + Σₖ pᵏ (1 − p) p^(copies of the 2xx sent before 32 s),
//! 3.752373·10⁻⁴ at p = 0.3 and 1.257324·10⁻² at p = 0.5. Conditions: sessions that are kept but for that, a session that
//! outlasts R and 32 s, no polling, no faults.
//!
//! # An outage on UDP
//!
//! A leg carries nothing for B. Copies of a refresh go out over 31.5 s, so that a share min(1, (B − 31.5 s)⁺/R) of
//! refreshes fails, if they are spread evenly: users sign in uniformly over a multiple of R, stay to the end, and the
//! outage lies a whole R within the run. Conditions: that fault alone, at a time that is given; `tear-down`; no jitter;
//! nothing sent in the dialog but refreshes; no loss.
//!
//! # Load
//!
//! Signed in for T, users whose sessions are kept refresh T/R times, less half an interval for each session that a
//! sign-out or the end cuts. A set-up is 7 messages, a refresh 2 (UPDATE) or 3 (re-INVITE with ACK), an incoming call 4,
//! answered 6, at the PC 8, a call from the PC 8, answered 10. Toasts due are a Poisson count of mean λT, whatever becomes
//! of the sessions. Conditions: no faults, no session lost or refused, no more than 5 % loss, and for messages no UDP,
//! where copies are sent; calls at one rate all day.
//!
//! # A station
//!
//! Servers are busy for the jobs served times the mean service time, over servers times time (the utilisation law,
//! Denning & Buzen 1978), whatever the arrivals. Condition: one service time for all classes of jobs, fixed or
//! exponential. Waiting times have no closed form here: M/M/c/K (Λ = 416.667 /s, s = 4 ms, c = 2, K = 10: loss 0.034418,
//! 9.0468 ms in the system) and M/D/1 are for Poisson arrivals, and refreshes are periodic, the jobs of a set-up come one
//! after the other, and the load varies over the day. The station alone, driven by a Poisson source or by periodic ones
//! (nD/D/1, not M/D/1), is checked against them by the tests.
//!
//! # A storm
//!
//! A set-up is m = 3 sequential jobs, so that each client has one job waiting at most. After a gateway of capacity C lost
//! the sessions of N users, everybody is back no sooner than N m/C after it is up again. Where all come at once, they are
//! back just N m/C after that: they notice at once (`reset`), wait for the same D, are refused while the gateway is down
//! and come at the first multiple of D after it. The longest wait of a job is N/C then, and from N > 32 C on some give up.
//! Conditions of the exact form: that fault alone, everybody signed in, service times that are fixed, a queue for all, no
//! serial section, no UDP, no loss.
//!
//! # A share of refreshes that is ignored
//!
//! Where a gateway ignores a share s of the refreshes, each by itself, a session lasts a geometric number of intervals and
//! 32 s: R/s + 32 s on average, 90,032 s at R = 900 s and s = 1 %. Of all refreshes a share s fails, and each of them costs a
//! session. Conditions: `tear-down`, a session that outlasts R and 32 s, the other refreshes accepted, no faults, no loss.
//!
//! # A connection that dies in silence
//!
//! Connections that last for exponential times with mean M are found dead as a crash is, at the next refresh, which nobody
//! answers: R/(1 − e^(−R/M)) − M + 32 s after they died. Conditions: those of the crash, `tear-down`, no UDP, and the
//! client's own leg alone.
//!
//! A relay with a timer T of its own that the refreshes do not restart, and that sends BYE, ends a session as in the table of
//! cycles: U = T where nothing ends it sooner.
//!
//! # Calls that a gateway does not follow
//!
//! Of calls that come by a Poisson process, a of them at once on average, a gateway that follows c at once misses a share
//! B(a, c) = (aᶜ/c!)/Σₖ aᵏ/k! (Erlang's loss formula), whatever they last. Conditions: everybody is signed in all day and keeps the
//! session, calls at one rate, no station, no faults, no loss.
//!
//! # A step of the load
//!
//! A gateway at a load ρ₀ < 1 that meets ρ₁ > 1 for a time D has (ρ₁ − 1) D seconds of work waiting at the end of the step,
//! (ρ₁ − 1) D C jobs, and is rid of them after (ρ₁ − 1) D/(1 − ρ₀): the fluid limit of M/D/1. Conditions: one surge and no other
//! fault, one gateway, alike service times, a queue for all, no overload control, incoming calls that nobody answers at the
//! PC, over in a twentieth of D.
//!
//! # The best interval
//!
//! A cost a/R + bR has its least value at R = √(a/b), and is flat around it: at √2 times that R it is 6 % more. The
//! search for a best point finds it (`study::optimum`).

mod agreement;
mod chance;
mod client_group;
mod crash;
mod cycle;
mod death;
#[cfg(test)]
mod example;
mod expected;
mod figures;
mod following;
mod gateway;
mod idle;
mod load;
mod loss;
mod outage;
mod precondition;
mod prediction;
mod session;
mod share;
mod station;
mod step;
mod storm;
mod words;

pub use agreement::{Agreement, Allowance, Reason};
pub use crash::Crash;
pub use cycle::Sessions;
pub use death::Death;
pub use expected::ExpectedFigure;
pub use figures::{RunFigures, Usable};
pub use following::Following;
pub use idle::Idle;
pub use load::{Messages, Refreshes, Toasts};
pub use loss::Loss;
pub use outage::Outage;
pub use precondition::Violation;
pub use prediction::{Form, Prediction, predict};
pub use session::{Fate, Session};
pub use share::Share;
pub use station::{Service, Utilisation};
pub use step::Step;
pub use storm::{SimultaneousReturn, Storm, Work};
