//! A registry, and how images go to one and come from one (OCI distribution specification 1.1).
//!
//! A [`Server`] takes connections and reads requests; a [`Registry`] answers them, out of image layouts in a directory.

mod answer;
mod base64;
mod blobs;
mod body;
mod headers;
mod lists;
mod login;
mod manifests;
mod repository;
mod request;
mod route;
mod server;
mod service;
mod uploads;

pub use server::{Answered, Server};
pub use service::Registry;
