//! This process and its operating system.
//!
//! All `unsafe` code outside the binding belongs here.

mod pages;

pub use pages::HugePages;
