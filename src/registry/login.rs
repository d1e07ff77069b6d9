//! A registry that wants to know who asks: whoever knows a name and a password is given a token, and the token opens the rest
//! (the bearer flow of Docker's registries). It is here to be seen and tried, not to keep a secret: all of it goes over plain HTTP.

use crate::registry::answer::{Answer, Code, Refusal};
use crate::registry::base64::decode;
use crate::registry::request::Request;
use serde_json::json;
use std::hash::{BuildHasher, RandomState};

/// Who is given a token, and the token.
#[derive(Debug)]
pub struct Login {
    /// `NAME:PASSWORD`
    known: String,
    token: String,
}

impl Login {
    /// For who knows `NAME:PASSWORD`.
    pub fn new(known: &str) -> Login {
        let random = || format!("{:016x}", RandomState::new().hash_one(known));
        Login { known: known.to_string(), token: random() + &random() }
    }

    /// `GET /token`
    ///
    /// # Errors
    /// When somebody does not know the name and the password.
    pub fn token(&self, request: &Request<'_>) -> Result<Answer, Refusal> {
        let given = value(request, "basic").and_then(decode);
        match given.is_some_and(|given| is_same(&given, self.known.as_bytes())) {
            true => {
                Ok(Answer::json(200, &json!({ "token": self.token, "access_token": self.token, "expires_in": 3600 })))
            }
            false => {
                let why = "a token is for who knows the name and the password";
                Err(Refusal::new(Code::Unauthorized, why).with("WWW-Authenticate", "Basic realm=\"layerlab\""))
            }
        }
    }

    /// Whether somebody has the token.
    ///
    /// # Errors
    /// When not. The refusal says where there is one, and for what it has to be.
    pub fn check(&self, request: &Request<'_>, repository: Option<&str>) -> Result<(), Refusal> {
        if value(request, "bearer").is_some_and(|token| is_same(token.as_bytes(), self.token.as_bytes())) {
            return Ok(());
        }
        let host = request.headers.get("host").unwrap_or("localhost");
        let is_host = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
        let host = if is_host { host } else { "localhost" };
        let actions = if request.method == "GET" { "pull" } else { "pull,push" };
        let scope = repository.map_or_else(String::new, |name| format!(",scope=\"repository:{name}:{actions}\""));
        let asked = format!("Bearer realm=\"http://{host}/token\",service=\"layerlab\"{scope}");
        Err(Refusal::new(Code::Unauthorized, "this registry wants a token").with("WWW-Authenticate", asked))
    }
}

/// What stands behind `Basic` or `Bearer`.
fn value<'a>(request: &'a Request<'_>, kind: &str) -> Option<&'a str> {
    let (found, value) = request.headers.get("authorization")?.split_once(' ')?;
    found.eq_ignore_ascii_case(kind).then_some(value.trim())
}

/// Takes as long for all that is wrong.
fn is_same(given: &[u8], known: &[u8]) -> bool {
    given.len() == known.len() && given.iter().zip(known).fold(0, |found, (one, other)| found | one ^ other) == 0
}
