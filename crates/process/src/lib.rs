//! This process and its operating system.
//!
//! All `unsafe` code outside the binding belongs here.
