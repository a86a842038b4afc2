//! Sans-IO machines of the protocol: time, messages and random draws go in, messages and notes come out.

mod config;

pub use config::{
    Allow, ClientConfig, GatewayConfig, OnNoAnswer, OnRejection, Reestablish, RefreshClock, RefreshMethod, Refresher,
    SessionTimer, UpdateBehaviour,
};
