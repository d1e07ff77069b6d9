//! A registry, and how images go to one and come from one (OCI distribution specification 1.1).
//!
//! [`push()`] and [`pull()`] ask any registry. A [`Server`] takes connections and reads requests; a [`Registry`] answers them, out of image layouts in a directory.

mod address;
mod answer;
mod base64;
mod blobs;
mod body;
mod client;
mod credentials;
mod headers;
mod lists;
mod login;
mod manifests;
mod pull;
mod push;
mod repository;
mod request;
mod route;
mod server;
mod service;
mod transport;
mod uploads;

pub use client::Exchange;
pub use pull::{Pulled, pull};
pub use push::{Moved, Options, Pushed, push};
pub use server::{Answered, Server};
pub use service::Registry;
