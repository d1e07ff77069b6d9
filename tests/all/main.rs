//! The tests of the whole program, from outside. They are one test program, so that it is linked once; each module is about
//! one part. `cargo test --test all session::` runs those of one module.

// `test_each_lesson!(run)` makes a test of each lesson, which calls `run` with its name.
include!(concat!(env!("OUT_DIR"), "/test_each_lesson.rs"));

mod architecture;
mod attack;
mod checks;
mod commands;
mod container;
mod container_escapes;
mod engines;
mod export;
mod faults;
mod hostile;
mod image;
mod languages;
mod layers;
mod lessons;
mod nested;
mod observe;
mod overlay_why;
mod packs;
mod planted;
mod present;
mod reasons;
mod refusals;
mod registry;
mod registry_client;
mod rootfs;
mod session;
mod session_faults;
mod session_undo;
mod strace;
mod support;
mod twin;
mod verbs;
mod watch;
