//! Writes the manual pages and the completions that a release holds: `cargo run --example manual -- DIR`.
//!
//! It stands outside of the program, because only a release needs it. The pages are made from the same clap types as
//! `--help`, so they say the same.

use clap::CommandFactory;
use clap_complete::Shell;
use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(folder), None) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: cargo run --example manual -- DIR");
        std::process::exit(2);
    };
    let (pages, completions) = (folder.join("man1"), folder.join("completions"));
    std::fs::create_dir_all(&pages)?;
    std::fs::create_dir_all(&completions)?;
    let command = layerlab::cli::Cli::command();
    clap_mangen::generate_to(command.clone(), &pages)?;
    for shell in [Shell::Bash, Shell::Fish, Shell::Zsh] {
        clap_complete::generate_to(shell, &mut command.clone(), "layerlab", &completions)?;
    }
    Ok(())
}
