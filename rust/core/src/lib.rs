//! Dense networks: layers, losses, optimizers, training. No Python, and no unsafe code.
//!
//! Floor 3 is the rooms: [`activation`], [`loss`], [`metric`], [`optimizer`], [`dense`], [`dropout`],
//! [`regularizer`]. Floor 4 makes a [`stage`] of layers and a [`plan`] of
//! stages; the [`arena`] says where variables lie. Floor 5 runs it: an
//! [`epoch`] of a [`network`].

#![forbid(unsafe_code)]

pub mod activation;
pub mod arena;
pub mod constraint;
pub mod dense;
pub mod dropout;
pub mod elementary;
pub mod epoch;
pub mod error;
pub mod file;
mod finite;
pub mod loss;
pub mod map;
pub mod metric;
pub mod network;
pub mod objective;
pub mod ops;
pub mod optimizer;
pub mod plan;
pub mod random;
pub mod regularizer;
pub mod stage;
pub mod variables;
