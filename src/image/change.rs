//! `--change`: a line of a Dockerfile that says how an image runs.

use crate::image::config::Running;

/// What is to be otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// What is run in any case.
    Entrypoint(Vec<String>),
    /// Its arguments.
    Cmd(Vec<String>),
    /// `NAME=VALUE`
    Env(String),
    /// Who it is.
    User(String),
    /// Where it begins.
    WorkingDir(String),
    /// A word about it.
    Label(String, String),
    /// Where it listens.
    Expose(String),
    /// The signal that asks it to end.
    StopSignal(String),
}

impl Change {
    /// Reads `CMD ["sh"]`, `ENV A=B`, `USER app`, `WORKDIR /srv`, `ENTRYPOINT …`, `LABEL A=B`, `EXPOSE 80/tcp`,
    /// `STOPSIGNAL SIGQUIT`. Words that are no list are given to a shell.
    ///
    /// # Errors
    /// In a few words, why it is none.
    pub fn parse(line: &str) -> Result<Change, String> {
        let (word, rest) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
        let rest = rest.trim();
        if rest.is_empty() {
            return Err("there is nothing behind its first word: CMD [\"sh\"]".to_string());
        }
        let pair = || rest.split_once('=').filter(|(name, _)| !name.is_empty());
        Ok(match word.to_ascii_uppercase().as_str() {
            "ENTRYPOINT" => Change::Entrypoint(command(rest)?),
            "CMD" => Change::Cmd(command(rest)?),
            "ENV" => pair().map(|_| Change::Env(rest.to_string())).ok_or("behind ENV stands NAME=VALUE")?,
            "USER" => Change::User(rest.to_string()),
            "WORKDIR" if rest.starts_with('/') => Change::WorkingDir(rest.to_string()),
            "WORKDIR" => return Err("behind WORKDIR stands a directory that begins with /".to_string()),
            "LABEL" => {
                let (name, value) = pair().ok_or("behind LABEL stands NAME=VALUE")?;
                Change::Label(name.to_string(), value.trim_matches('"').to_string())
            }
            "EXPOSE" => {
                let (port, protocol) = rest.split_once('/').unwrap_or((rest, "tcp"));
                port.parse::<u16>().map_err(|_| "behind EXPOSE stands the number of a port: 80 or 53/udp")?;
                Change::Expose(format!("{port}/{protocol}"))
            }
            "STOPSIGNAL" => Change::StopSignal(rest.to_string()),
            _ => {
                let known = "CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, STOPSIGNAL, USER and WORKDIR";
                return Err(format!("it begins with one of {known}"));
            }
        })
    }

    /// Makes it so.
    pub fn apply(&self, running: &mut Running) {
        match self.clone() {
            Change::Entrypoint(words) => running.entrypoint = Some(words),
            Change::Cmd(words) => running.cmd = Some(words),
            Change::Env(variable) => {
                let name = variable.split('=').next().unwrap_or_default();
                running.env.retain(|other| other.split('=').next() != Some(name));
                running.env.push(variable);
            }
            Change::User(user) => running.user = user,
            Change::WorkingDir(directory) => running.working_dir = directory,
            Change::Label(name, value) => drop(running.labels.insert(name, value)),
            Change::Expose(port) => drop(running.exposed_ports.insert(port, serde_json::json!({}))),
            Change::StopSignal(signal) => running.stop_signal = signal,
        }
    }
}

fn command(text: &str) -> Result<Vec<String>, String> {
    if text.starts_with('[') {
        return serde_json::from_str(text).map_err(|error| format!("it is no list of words, [\"a\", \"b\"]: {error}"));
    }
    Ok(["/bin/sh", "-c", text].map(str::to_string).to_vec())
}

#[cfg(test)]
mod tests {
    use super::Change;
    use crate::image::config::Running;

    #[test]
    fn lines_are_those_of_a_dockerfile() {
        let mut running = Running { env: vec!["A=0".into(), "B=1".into()], ..Running::default() };
        for line in [
            "CMD echo hi",
            "ENTRYPOINT [\"/bin/env\", \"--\"]",
            "env A=b=c",
            "USER app:1",
            "WORKDIR /srv",
            "LABEL x=\"y z\"",
            "EXPOSE 80",
            "EXPOSE 53/udp",
            "STOPSIGNAL SIGQUIT",
        ] {
            Change::parse(line).unwrap().apply(&mut running);
        }
        assert_eq!(running.cmd.unwrap(), ["/bin/sh", "-c", "echo hi"]);
        assert_eq!(running.entrypoint.unwrap(), ["/bin/env", "--"]);
        assert_eq!(running.env, ["B=1", "A=b=c"]);
        assert_eq!((running.user.as_str(), running.working_dir.as_str()), ("app:1", "/srv"));
        assert_eq!(running.labels["x"], "y z");
        assert_eq!(running.exposed_ports.into_keys().collect::<Vec<_>>(), ["53/udp", "80/tcp"]);
        assert_eq!(running.stop_signal, "SIGQUIT");
        for wrong in ["", "CMD", "CMD [sh]", "ENV A", "ENV =b", "WORKDIR srv", "EXPOSE x", "RUN rm -rf /", "LABEL"] {
            assert!(Change::parse(wrong).is_err(), "{wrong}");
        }
    }
}
