//! Messages on the wire between a client and its gateway.

use serde::{Deserialize, Serialize};

/// What a message is about: the SIP method, or the CSTA command or event in an INFO.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Subject {
    /// INVITE of a new session.
    Invite,
    /// ACK of its 200.
    Ack,
    /// GetCSTAFeatures, part of the set-up.
    GetCstaFeatures,
    /// MonitorStart: with its 200 the session is up.
    MonitorStart,
    /// The refresh.
    Update,
    /// The end of the dialog.
    Bye,
    /// The user dials at the PC.
    MakeCall,
    /// The user answers at the PC.
    AnswerCall,
    /// Event: a call is placed.
    Originated,
    /// Event: a phone rings.
    Delivered,
    /// Event: the call is answered.
    Established,
    /// Event: the call is over.
    ConnectionCleared,
}

/// A request, or the answer to one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Kind {
    /// A request.
    Request,
    /// 200.
    Ok200,
    /// 481: there is no such dialog.
    DoesNotExist481,
}

/// A message. Answers repeat what they answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Message {
    /// Number of the dialog, given by the client.
    pub dialog: u32,
    /// Number of the request within its side of the dialog.
    pub cseq: u32,
    /// The user's number of the call it is about, else 0.
    pub call: u32,
    /// What it is about.
    pub subject: Subject,
    /// Request or answer.
    pub kind: Kind,
}

impl Message {
    /// The answer to this request.
    pub fn answer(self, kind: Kind) -> Message {
        Message { kind, ..self }
    }
}
