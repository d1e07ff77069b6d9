//! `layerlab registry …`

use crate::cli::CliError;
use crate::ground::say;
use crate::registry::{Registry, Server};
use crate::session::Home;
use std::net::SocketAddr;
use std::path::PathBuf;

/// A registry of your own: images are pushed to it and pulled from it
#[derive(Debug, clap::Subcommand)]
pub enum RegistryCommand {
    /// Serve a directory as a registry, until Ctrl-C
    Serve(Serve),
}

impl RegistryCommand {
    /// Does it.
    pub fn run(&self) -> Result<(), CliError> {
        match self {
            RegistryCommand::Serve(serve) => serve.run(),
        }
    }
}

/// Serve a directory as a registry, until Ctrl-C
///
/// Each repository is an image layout in a directory below. There is no TLS: whoever can reach the address can read and change
/// everything, or with --token whoever knows the password, which goes over the net as it is.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// Where the repositories are (else among our files)
    #[arg(value_name = "DIR")]
    directory: Option<PathBuf>,
    /// Where to listen; port 0 takes any that is free
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    addr: SocketAddr,
    /// Ask for a token, and give one to who knows this name and password
    #[arg(long, value_name = "NAME:PASSWORD", value_parser = name_and_password)]
    token: Option<String>,
    /// Do not tell what is asked
    #[arg(long, short)]
    quiet: bool,
}

fn name_and_password(text: &str) -> Result<String, String> {
    let is_both = text.split_once(':').is_some_and(|(name, password)| !name.is_empty() && !password.is_empty());
    if is_both { Ok(text.to_string()) } else { Err("a name, a colon, and a password".to_string()) }
}

impl Serve {
    /// Tells where it listens, then each request with its answer.
    fn run(&self) -> Result<(), CliError> {
        let directory = match &self.directory {
            Some(directory) => directory.clone(),
            None => Home::find()?.root().join("registry"),
        };
        let registry = Registry::open(&directory, self.token.as_deref())?;
        let server = Server::listen(self.addr, registry).map_err(CliError::usage)?;
        say(format!("A registry listens on {}", server.address()?))?;
        let quiet = self.quiet;
        server.run(move |told| {
            if !quiet {
                // Whoever does not read it any more is served all the same.
                let _ = say(format!("{} {} {} {}", told.method, told.target, told.status, told.reason));
            }
        });
        Ok(())
    }
}
