//! A registry: who answers which request.

use crate::image::ImageError;
use crate::registry::answer::{Answer, Code, Refusal};
use crate::registry::login::Login;
use crate::registry::repository::Repositories;
use crate::registry::request::{Request, digest};
use crate::registry::route::Route;
use crate::registry::uploads::Uploads;
use crate::registry::{blobs, lists, manifests};
use serde_json::json;
use std::path::Path;

/// A registry in a directory.
#[derive(Debug)]
pub struct Registry {
    repositories: Repositories,
    uploads: Uploads,
    login: Option<Login>,
}

impl Registry {
    /// The registry in this directory. `login`, where it is given, is the `NAME:PASSWORD` that it wants to hear.
    ///
    /// # Errors
    /// When the directory cannot be used.
    pub fn open(directory: &Path, login: Option<&str>) -> Result<Registry, ImageError> {
        let repositories = Repositories::open(directory)?;
        Ok(Registry { repositories, uploads: Uploads::default(), login: login.map(Login::new) })
    }

    /// Answers a request.
    pub fn answer(&self, request: &mut Request<'_>) -> Answer {
        let answer = self.outcome(request).unwrap_or_else(Answer::from);
        answer.with("Docker-Distribution-Api-Version", "registry/2.0")
    }

    fn outcome(&self, request: &mut Request<'_>) -> Result<Answer, Refusal> {
        let route = Route::parse(&request.path)?;
        if let Some(login) = &self.login {
            if route == Route::Token {
                return login.token(request);
            }
            login.check(request, route.repository())?;
        }
        let all = &self.repositories;
        match (request.method, &route) {
            ("GET", Route::Base) => Ok(Answer::json(200, &json!({}))),
            ("GET", Route::Catalog) => lists::catalog(all.names(), request),
            ("GET", Route::Tags(name)) => lists::tags(name, &*all.find(name)?, request),
            ("GET", Route::Manifest(name, reference)) => manifests::get(&*all.find(name)?, reference, request.headers),
            ("PUT", Route::Manifest(name, reference)) => manifests::put(name, &*all.make(name)?, reference, request),
            ("DELETE", Route::Manifest(name, reference)) => {
                all.find(name)?.forget(reference)?;
                Ok(Answer::empty(202))
            }
            ("GET", Route::Blob(name, text)) => blobs::get(&*all.find(name)?, &digest(text)?, request.headers),
            ("DELETE", Route::Blob(name, text)) => blobs::delete(&*all.find(name)?, &digest(text)?),
            ("POST", Route::Uploads(name)) => {
                let from = request.value("from").and_then(|from| all.find(from).ok());
                self.uploads.begin(name, &*all.make(name)?, from.as_deref(), request)
            }
            ("GET", Route::Upload(name, id)) => self.uploads.status(name, id),
            ("PATCH", Route::Upload(name, id)) => self.uploads.go_on(name, id, request),
            ("PUT", Route::Upload(name, id)) => self.uploads.end(name, id, request),
            ("DELETE", Route::Upload(name, id)) => self.uploads.give_up(name, id),
            ("GET", Route::Referrers(name, text)) => {
                lists::referrers(all.find(name).ok().as_deref(), &digest(text)?, request)
            }
            (_, Route::Token) => {
                Err(Refusal::new(Code::NoSuchPage, "this registry gives out no tokens: it needs none"))
            }
            (method, route) => {
                let why = format!("{method} cannot be done here; {} can", route.methods());
                Err(Refusal::new(Code::Unsupported, why).with("Allow", route.methods()))
            }
        }
    }
}
