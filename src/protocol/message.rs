//! The messages of the dialog between client and gateway, as far as the model distinguishes them.

use serde::{Deserialize, Serialize};

use super::config::{Allow, Refresher};

/// What a request is for. A response carries the subject of its request.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum Subject {
    /// INVITE with CSTA RequestSystemStatus, opening the dialog.
    Invite,
    /// INVITE within the dialog, refreshing the session.
    ReInvite,
    /// ACK of a final response to INVITE.
    Ack,
    /// UPDATE, refreshing the session.
    Update,
    /// BYE.
    Bye,
    /// INFO: GetCSTAFeatures.
    GetCstaFeatures,
    /// INFO: MonitorStart.
    MonitorStart,
    /// INFO: MonitorStop.
    MonitorStop,
    /// INFO: MakeCall.
    MakeCall,
    /// INFO: AnswerCall.
    AnswerCall,
    /// INFO from the gateway: DeliveredEvent; for an incoming call it pops the toast.
    Delivered,
    /// INFO from the gateway: OriginatedEvent.
    Originated,
    /// INFO from the gateway: EstablishedEvent.
    Established,
    /// INFO from the gateway: ConnectionClearedEvent.
    ConnectionCleared,
    /// OPTIONS of a relay in the dialog, to learn whether a side still answers.
    Options,
}

impl Subject {
    /// The SIP method.
    pub fn method(self) -> &'static str {
        match self {
            Self::Invite | Self::ReInvite => "INVITE",
            Self::Ack => "ACK",
            Self::Update => "UPDATE",
            Self::Bye => "BYE",
            Self::Options => "OPTIONS",
            _ => "INFO",
        }
    }

    /// The CSTA body, where there is one.
    pub fn body(self) -> Option<&'static str> {
        Some(match self {
            Self::Invite | Self::ReInvite => "RequestSystemStatus",
            Self::Ack | Self::Update | Self::Bye | Self::Options => return None,
            Self::GetCstaFeatures => "GetCSTAFeatures",
            Self::MonitorStart => "MonitorStart",
            Self::MonitorStop => "MonitorStop",
            Self::MakeCall => "MakeCall",
            Self::AnswerCall => "AnswerCall",
            Self::Delivered => "DeliveredEvent",
            Self::Originated => "OriginatedEvent",
            Self::Established => "EstablishedEvent",
            Self::ConnectionCleared => "ConnectionClearedEvent",
        })
    }

    /// Whether the request opens an INVITE transaction.
    pub fn is_invite(self) -> bool {
        matches!(self, Self::Invite | Self::ReInvite)
    }
}

/// A request, or the status of a response.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum Status {
    /// Not a response.
    Request,
    /// 200 OK.
    Ok200,
    /// 405 Method Not Allowed.
    MethodNotAllowed405,
    /// 422 Session Interval Too Small, with Min-SE.
    IntervalTooSmall422,
    /// 481 Call/Transaction Does Not Exist.
    DoesNotExist481,
    /// 491 Request Pending.
    Pending491,
    /// 501 Not Implemented.
    NotImplemented501,
    /// 503 Service Unavailable, with Retry-After.
    Unavailable503,
    /// 200 OK with the CSTA error `overallMonitorLimitExceeded`.
    MonitorLimitExceeded,
    /// 488 Not Acceptable Here.
    NotAcceptable488,
    /// 500 Server Internal Error.
    ServerError500,
}

impl Status {
    /// Code and reason phrase of a response.
    pub fn line(self) -> &'static str {
        match self {
            Self::Request => "",
            Self::Ok200 => "200 OK",
            Self::MethodNotAllowed405 => "405 Method Not Allowed",
            Self::IntervalTooSmall422 => "422 Session Interval Too Small",
            Self::DoesNotExist481 => "481 Call/Transaction Does Not Exist",
            Self::Pending491 => "491 Request Pending",
            Self::NotImplemented501 => "501 Not Implemented",
            Self::Unavailable503 => "503 Service Unavailable",
            Self::MonitorLimitExceeded => "200 OK with CSTA error overallMonitorLimitExceeded",
            Self::NotAcceptable488 => "488 Not Acceptable Here",
            Self::ServerError500 => "500 Server Internal Error",
        }
    }
}

/// Who sent a message.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum Side {
    /// The client.
    Client,
    /// The gateway.
    Gateway,
}

/// One message between a client and its gateway.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Message {
    /// The dialog's number: the client counts its dialogs.
    pub dialog: u32,
    /// Session-Expires in seconds (0: no such header) on INVITE, UPDATE and their 2xx; Retry-After in seconds on 503; the call's number on call requests and events.
    pub value: u32,
    /// Min-SE in seconds, on INVITE, UPDATE and 422.
    pub min_se: u16,
    /// CSeq number, counted per sender and dialog.
    pub cseq: u16,
    /// What the request is for.
    pub subject: Subject,
    /// Request or response.
    pub status: Status,
    /// Who sent it.
    pub from: Side,
    /// The Allow header, on the 200 to INVITE.
    pub allow: Allow,
    /// The refresher parameter, on 2xx with Session-Expires.
    pub refresher: Refresher,
    /// OCS cannot route this response to the client (Microsoft KB 2735323).
    pub unroutable: bool,
}

impl Message {
    /// A request without session headers.
    pub fn request(from: Side, dialog: u32, cseq: u16, subject: Subject) -> Self {
        Self {
            dialog,
            value: 0,
            min_se: 0,
            cseq,
            subject,
            status: Status::Request,
            from,
            allow: Allow::Absent,
            refresher: Refresher::Uac,
            unroutable: false,
        }
    }

    /// The response to this request.
    pub fn answer(&self, status: Status) -> Self {
        let from = match self.from {
            Side::Client => Side::Gateway,
            Side::Gateway => Side::Client,
        };
        Self {
            status,
            ..Self::request(from, self.dialog, self.cseq, self.subject)
        }
    }

    /// Whether it is a request.
    pub fn is_request(&self) -> bool {
        self.status == Status::Request
    }
}
