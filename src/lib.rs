//! The binding: the only Rust that names napi.
