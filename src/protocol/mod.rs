//! Sans-IO machines of the protocol: time, messages and random draws go in, messages and notes come out.
//!
//! Nothing here reads a clock, draws a number or touches a queue; two machines and a list of instants make a test.
//!
//! # The story
//!
//! Office Communicator (the client) lets a user control a desk phone from the PC. It keeps one long-lived SIP INVITE
//! dialog, relayed by Office Communications Server (OCS), with a SIP/CSTA gateway in front of the PBX. CSTA XML (ECMA-323,
//! carried as in ECMA TR/87) travels inside that dialog, mostly in INFO requests: commands towards the gateway (MakeCall,
//! AnswerCall), events towards the client (DeliveredEvent, which shows the *toast* of an incoming call). Keeping the dialog
//! alive is the client's task.
//!
//! Each fact has a standing: **P** published, **C** seen in source code or an issue thread, **S** a standard, **A** an
//! assumption of this model. A constant's documentation ends with its source, or with "assumption".
//!
//! | client | refresh request | every | standing |
//! |---|---|---|---|
//! | Communicator 2007 | re-INVITE with CSTA RequestSystemStatus | 10 min | P |
//! | Communicator 2007 R2 | UPDATE by default | 25 min | P |
//! | strict RFC 4028 client | UPDATE only if Allow is known to list it, else re-INVITE | half the session interval | S, RFC 4028 §7.4 |
//!
//! The failure (P): a gateway that does not know UPDATE ignores it. Nothing answers the refresh, the session is torn down,
//! and from then on the user gets no toast and cannot call from the PC. It is published both as "after 25 minutes of
//! inactivity" and as "every 25 minutes from the time Communicator starts": the texts disagree on whether other traffic
//! postpones the refresh ([`RefreshClock`]). Other gateways reject UPDATE.
//!
//! # How R2 chooses the method
//!
//! The published diagram is lost; this is the only rule consistent with the text around it (A, strong):
//!
//! | Allow header in the 200 to INVITE | refresh with |
//! |---|---|
//! | lists UPDATE | UPDATE |
//! | present, without UPDATE | re-INVITE |
//! | absent | UPDATE (the defect: RFC 4028 §7.4 says re-INVITE) |
//!
//! The fix (P): the gateway puts an Allow header without UPDATE into its 200 to INVITE.
//!
//! # Gateway behaviour classes
//!
//! | UPDATE gets | Allow in the 200 to INVITE | evidence |
//! |---|---|---|
//! | 200 with Session-Expires | lists UPDATE, or absent | a healthy gateway |
//! | nothing | absent | the Microsoft article on NEC OW5000 (P); JsSIP issue 506 (C) |
//! | 405 or 501 | absent | comment on the article (P); Asterisk 11 (C) |
//! | 481 | any | the gateway restarted (S) |
//! | 200 that never reaches the client (unroutable) | any | Microsoft KB 2735323 (P) |
//! | 200 without Session-Expires | any | timer not supported (S, RFC 4028 §7.2) |
//! | nothing or 501, although Allow lists UPDATE | lists UPDATE | C |
//! | 422 below Min-SE | any | S |
//! | 503 with Retry-After | any | overload (S) |
//! | never sees UPDATE: re-INVITE gets 200 | present, without UPDATE | the fix (P) |
//!
//! # Timers
//!
//! - RFC 3261 §17: T1 = 500 ms, T2 = 4 s. INVITE is retransmitted at T1, doubling without a cap (timer A, 7 copies); other
//!   requests are capped at T2 (timer E, 11 copies). Timers B, F and H give up after 64·T1 = 32 s. On TCP and TLS A, E and
//!   G are off; B, F and H run. A 2xx to INVITE is retransmitted until its ACK on every transport (§13.3.1.4).
//! - RFC 4028: Session-Expires of 1800 s is recommended, 90 s is the floor of Session-Expires and Min-SE; 422 carries the
//!   Min-SE to retry with; the side that does not refresh sends BYE at SE − min(32 s, SE/3). Only INVITE and UPDATE refresh.
//! - RFC 3261 §14.1: after 491 the owner of the Call-ID waits 2.1 to 4.0 s, the other side 0 to 2.0 s, in steps of 10 ms.
//! - Timers D, I, J and K are never scheduled: the machines compare their expiry when a retransmission arrives.
//!
//! # Messages per action
//!
//! CSTA responses travel in the 200 to the INFO; CSTA events are INFO from the gateway (P, C).
//!
//! | action | messages, requests and responses |
//! |---|---|
//! | set-up: INVITE, 200, ACK, GetCSTAFeatures, MonitorStart | 7 |
//! | refresh by UPDATE | 2 |
//! | refresh by re-INVITE | 3 |
//! | incoming call answered at the phone: Delivered, Established, ConnectionCleared | 6 |
//! | the same, answered at the PC with AnswerCall | 8 |
//! | outgoing call: MakeCall, Originated, Delivered, Established, ConnectionCleared | 10 |
//! | tear-down: MonitorStop, BYE | 4 |
//!
//! # Rules
//!
//! What the RFCs leave open. A rule without a source is an assumption of the model.
//!
//! - **Set-up**. INVITE, 200, ACK, GetCSTAFeatures, MonitorStart, each after the answer to the one before. The session is
//!   established when the client receives the 200 to MonitorStart. A set-up that fails sends BYE where a dialog exists,
//!   then follows the re-establishment policy. A 200 to an INVITE that was given up is acknowledged and ended by BYE.
//! - **Refresh clock**. It starts when the client receives the 2xx to INVITE, and again with the 2xx of each refresh;
//!   retransmissions do not restart it. Under `since-traffic` each message of the dialog restarts it, but extends no
//!   session and does not rescue a pending refresh. Jitter j multiplies the interval by U\[1−j, 1+j\], drawn per refresh.
//! - **Granted session**: min(offered, gateway's), at least both Min-SE.
//! - **Gateway's timer**. It runs from sending the 2xx of the last refresh that arrived, even if that 2xx is lost. At its end
//!   the gateway forgets the dialog (`silent`) or sends BYE at SE − min(32 s, SE/3) (`bye`).
//! - **No dialog**. A request in a dialog that the gateway does not hold gets 481 whatever the method, also from a gateway
//!   that ignores UPDATE.
//! - **Unanswered event**. An INFO of the gateway that stays unanswered ends nothing; one that is answered 481 ends the dialog.
//! - **Client's timer** ends the session at SE after the last success, except while `keep-polling` polls.
//! - **Unanswered refresh**: `tear-down` sends BYE at once; `hold` sends no further refresh and waits for the timer;
//!   `keep-polling` refreshes again one interval after the unanswered refresh was sent. Under `tear-down` any other
//!   unanswered request in the dialog counts the same, else only that request fails.
//! - **405 or 501**: `fall-back` to re-INVITE for the rest of the dialog, `tear-down`, or `hold`.
//! - **481** to any request ends the dialog without BYE. **422**: once more with the larger Session-Expires. **503** changes
//!   no dialog, and nothing is sent until Retry-After has passed.
//! - **200 without Session-Expires**: nobody runs a timer; R2 goes on refreshing, a client by RFC 4028 stops.
//! - **A share of refreshes** meets a behaviour by a draw of its own for each, the same for its copies; the others are
//!   accepted. **Not counted**: answered 200 with Session-Expires, while the gateway's timer goes on.
//! - **Roles**. The 2xx to a refresh says who refreshes from then on. A gateway that is the refresher sends a re-INVITE at
//!   SE/2, always, once or never. When it stays unanswered or is refused, the gateway sends BYE or keeps the dialog until its
//!   timer; 491 and 481 are as for a client.
//! - **A timer imposed** on a client that asked for none is min(gateway's, …) as granted to others (RFC 4028 §9). A gateway
//!   whose longest session is below 90 s grants just that: it knows no floor (C).
//! - **Further tries**. A refresh that fails unanswered is tried again while tries are left, then "unanswered refresh"
//!   holds. `retry` after a refusal repeats it without end, and the client's own timer ends nothing meanwhile.
//! - **Retry-After** holds back every request of the client, the next one of a set-up too, and copies.
//! - **Re-establishment** runs from the tear-down, not from the answer to BYE. Back-off is
//!   min(first·factorᵏ, cap)·U\[1−j, 1+j\], reset by a completed set-up. `never` ends after a failed first set-up too.
//! - **Origination** without a session fails at once and sends nothing.
//!
//! # State tables
//!
//! The tests print these tables by driving the machines through every state and event; a table that differs fails them.
#![doc = include_str!("transitions.md")]

mod client;
mod config;
mod gateway;
mod message;
mod session_timer;
mod transaction;

pub use client::{Client, ClientEnd, ClientNote, ClientPort, Draw, Phase, RefreshFailure};
pub use config::{
    Allow, ClientConfig, GatewayConfig, OnGatewayRefresh, OnGlare, OnNoAnswer, OnRefreshFailure,
    OnRejection, OnTooSmall, OwnRefreshes, ReInviteBehaviour, Reestablish, RefreshClock,
    RefreshMethod, RefreshTiming, Refresher, RefresherOnRefresh, SessionTimer, UpdateBehaviour,
};
pub use gateway::{Dialog, GatewayEnd, GatewayNote, GatewayPort, answer_outside_dialog};
pub use message::{Message, Side, Status, Subject};
pub use session_timer::non_refresher_bye;
pub(crate) use session_timer::{FLOOR_S, granted_s};
pub(crate) use transaction::Deadline;
pub use transaction::{GIVE_UP, Pending, T1, T2, Timer};
