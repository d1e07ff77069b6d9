//! Names and passwords for registries, as `docker login` notes them (`~/.docker/config.json`).

use crate::registry::base64::decode;
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// `NAME:PASSWORD` for a registry, where there is one. A helper that keeps passwords elsewhere is asked.
pub fn credentials(config: &Path, host: &str) -> Option<String> {
    let config: Value = serde_json::from_slice(&std::fs::read(config).ok()?).ok()?;
    let names = match host {
        "registry-1.docker.io" => vec!["https://index.docker.io/v1/".to_string(), "docker.io".into()],
        host => vec![
            host.to_string(),
            format!("https://{host}"),
            format!("https://{host}/v1/"),
            format!("https://{host}/v2/"),
        ],
    };
    let helper = names.iter().find_map(|name| config["credHelpers"][name].as_str()).or(config["credsStore"].as_str());
    let asked = || names.iter().find_map(|name| ask(helper?, name));
    let noted = || {
        let text = names.iter().find_map(|name| config["auths"][name]["auth"].as_str()).and_then(decode)?;
        // Who writes to docker's file puts a zero behind it, sometimes.
        String::from_utf8(text).ok().map(|text| text.trim_end_matches('\0').to_string())
    };
    noted().filter(|both| both.contains(':')).or_else(asked)
}

/// Asks `docker-credential-NAME`, as docker does.
fn ask(helper: &str, name: &str) -> Option<String> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if !helper.bytes().all(is_word) {
        return None;
    }
    let mut command = Command::new(format!("docker-credential-{helper}"));
    command.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    // Its input is closed behind this, or it would wait for more.
    let _ = child.stdin.take()?.write_all(name.as_bytes());
    let told: Value = serde_json::from_slice(&child.wait_with_output().ok()?.stdout).ok()?;
    Some(format!("{}:{}", told["Username"].as_str()?, told["Secret"].as_str()?))
}

#[cfg(test)]
mod tests {
    use super::credentials;

    #[test]
    fn as_docker_login_notes_them() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = r#"{"auths":{"127.0.0.1:5000":{"auth":"bWU6c2VjcmV0"},"https://index.docker.io/v1/":{"auth":"YTpi"},"x":{"auth":"YQ=="}}}"#;
        std::fs::write(file.path(), text).unwrap();
        let of = |host| credentials(file.path(), host);
        assert_eq!(
            (of("127.0.0.1:5000").as_deref(), of("registry-1.docker.io").as_deref()),
            (Some("me:secret"), Some("a:b"))
        );
        assert_eq!((of("x"), of("y"), credentials("/none".as_ref(), "y")), (None, None, None));
    }
}
