//! layerlab: learn what a container is by building one, layer by layer, on a real Linux kernel.
//!
//! A tour of the rooms, in the order in which data flows:
//!
//! - [`lesson`] reads `lesson.md` and knows the catalogue,
//! - [`action`] holds one file for each verb of a console line, [`check`] one for each check of an exercise,
//! - [`engine`] runs a lesson on a [`stage`], a sandboxed process of our own,
//! - [`isolate`] gives a process namespaces and cgroups of its own, and [`reason`] knows why a machine refuses them,
//! - [`container`] runs a command in a container of its own,
//! - [`session`] keeps exercises and progress on disk, [`course`] knows the way through them,
//! - [`rootfs`] makes a root file system from what the host has, [`tree`] reads and writes trees of files safely,
//! - [`image`] makes layers and images, and keeps them,
//! - [`registry`] serves images to others, pushes them and pulls them,
//! - [`pack`] is lessons of somebody's own in one file,
//! - [`observe`] reads trees and overlays, [`kernel`] is the only room that talks to the kernel,
//! - [`ground`] is what every room knows, [`event`] what all of them tell, as plain data,
//! - [`scene`] lays events out as lines of styled words, and [`paint`] says how those look,
//! - [`screen`] takes a whole terminal for those who show something there,
//! - [`present`] shows a lesson to a class, beat after beat, forth and back,
//! - [`refusal`] becomes the host's programs in a session, and explains what the kernel refused them,
//! - [`host`] probes what this machine allows, [`cli`] is what people type.
//!
//! ARCHITECTURE.md says which room may use which; a test holds the code to it.

// Text goes out through `ground::shown`, which escapes it.
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod action;
pub mod check;
pub mod cli;
pub mod container;
pub mod course;
pub mod engine;
pub mod event;
pub mod ground;
pub mod host;
pub mod image;
pub mod isolate;
pub mod kernel;
pub mod lesson;
pub mod observe;
pub mod pack;
pub mod paint;
pub mod present;
pub mod reason;
pub mod refusal;
pub mod registry;
pub mod rootfs;
pub mod scene;
pub mod screen;
pub mod session;
pub mod stage;
pub mod tree;
