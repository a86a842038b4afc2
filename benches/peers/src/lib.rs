//! The same Remote Call Control model in SimPy, NeXosim and desque, each written as its manual shows, against rccsim as
//! shipped: a check of correctness, for their figures must agree with rccsim's, as much as of speed.

pub mod by_desque;
pub mod by_nexosim;
pub mod figures;
pub mod message;
pub mod setting;
pub mod system;
