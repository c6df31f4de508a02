//! Where a request goes: everything that is offered, in one table (RFC 7644 section 3.2).

use http::Method;

use crate::{answer::Refusal, fault::FaultKind, schema::Schema};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// Resources of this kind.
    List(&'static Schema),
    /// The same, asked for with a body; of every kind, when none is named.
    Search(Option<&'static Schema>),
    /// A new resource.
    Create(&'static Schema),
    /// One resource.
    Read(&'static Schema, String),
    /// One resource, instead of what it was.
    Replace(&'static Schema, String),
    /// Changes of one resource.
    Change(&'static Schema, String),
    /// One resource goes.
    Remove(&'static Schema, String),
    /// What this server can do.
    Configuration,
    /// All resource types, or the named one.
    ResourceTypes(Option<String>),
    /// All schemas, or the named one.
    Schemas(Option<String>),
}

impl Route {
    /// What `path`, below the base, has for `method`.
    pub(crate) fn find(method: &Method, path: &str) -> Result<Self, Refusal> {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            ["Bulk"] => not_offered("Bulk operations are not offered"),
            ["Me"] => {
                not_offered("/Me is not offered: a token speaks for a provider, not a person")
            }
            [".search"] => only_post(method, Self::Search(None)),
            ["ServiceProviderConfig"] => only_get(method, Self::Configuration),
            ["ResourceTypes"] => only_get(method, Self::ResourceTypes(None)),
            ["ResourceTypes", name] => {
                only_get(method, Self::ResourceTypes(Some((*name).to_owned())))
            }
            ["Schemas"] => only_get(method, Self::Schemas(None)),
            ["Schemas", urn] => only_get(method, Self::Schemas(Some((*urn).to_owned()))),
            [collection] => of_collection(method, kind(collection)?),
            [collection, ".search"] => only_post(method, Self::Search(Some(kind(collection)?))),
            [collection, id] => of_resource(method, kind(collection)?, id),
            _ => Err(nowhere()),
        }
    }
}

fn kind(collection: &str) -> Result<&'static Schema, Refusal> {
    let named = |schema: &&&Schema| schema.endpoint.strip_prefix('/') == Some(collection);
    let found = Schema::ALL.iter().find(named).copied();
    found.ok_or_else(nowhere)
}

fn of_collection(method: &Method, schema: &'static Schema) -> Result<Route, Refusal> {
    match *method {
        Method::GET | Method::HEAD => Ok(Route::List(schema)),
        Method::POST => Ok(Route::Create(schema)),
        _ => Err(Refusal::Method("GET, HEAD, POST")),
    }
}

fn of_resource(method: &Method, schema: &'static Schema, id: &str) -> Result<Route, Refusal> {
    let id = id.to_owned();
    match *method {
        Method::GET | Method::HEAD => Ok(Route::Read(schema, id)),
        Method::PUT => Ok(Route::Replace(schema, id)),
        Method::PATCH => Ok(Route::Change(schema, id)),
        Method::DELETE => Ok(Route::Remove(schema, id)),
        _ => Err(Refusal::Method("GET, HEAD, PUT, PATCH, DELETE")),
    }
}

fn only_get(method: &Method, route: Route) -> Result<Route, Refusal> {
    match *method {
        Method::GET | Method::HEAD => Ok(route),
        _ => Err(Refusal::Method("GET, HEAD")),
    }
}

fn only_post(method: &Method, route: Route) -> Result<Route, Refusal> {
    match *method {
        Method::POST => Ok(route),
        _ => Err(Refusal::Method("POST")),
    }
}

fn not_offered(what: &'static str) -> Result<Route, Refusal> {
    Err(FaultKind::NotImplemented.because(what).into())
}

fn nowhere() -> Refusal {
    FaultKind::NotFound.because("there is nothing here").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_offered_is_found_and_nothing_else() {
        let found = |method: Method, path: &str| {
            Route::find(&method, path).map_err(|refusal| match refusal {
                Refusal::Fault(fault) => fault.kind.status(),
                Refusal::Method(_) => 405,
                other => panic!("{other}"),
            })
        };
        let (user, id) = (Schema::USER, "u1".to_owned());
        assert_eq!(found(Method::GET, "/Users"), Ok(Route::List(user)));
        assert_eq!(found(Method::POST, "/Users/"), Ok(Route::Create(user)));
        assert_eq!(
            found(Method::GET, "/Users/u1"),
            Ok(Route::Read(user, id.clone()))
        );
        assert_eq!(
            found(Method::PUT, "/Users/u1"),
            Ok(Route::Replace(user, id.clone()))
        );
        assert_eq!(
            found(Method::PATCH, "/Users/u1"),
            Ok(Route::Change(user, id.clone()))
        );
        assert_eq!(
            found(Method::DELETE, "/Users/u1"),
            Ok(Route::Remove(user, id))
        );
        assert_eq!(
            found(Method::POST, "/Users/.search"),
            Ok(Route::Search(Some(user)))
        );
        assert_eq!(found(Method::POST, "/.search"), Ok(Route::Search(None)));
        assert_eq!(found(Method::GET, "/Schemas"), Ok(Route::Schemas(None)));
        for (method, path, status) in [
            (Method::DELETE, "/Users", 405),
            (Method::POST, "/Users/u1", 405),
            (Method::GET, "/Users/.search", 405),
            (Method::POST, "/Schemas", 405),
            (Method::POST, "/Bulk", 501),
            (Method::GET, "/Me", 501),
            (Method::GET, "/users", 404),
            (Method::GET, "/Users/u1/name", 404),
            (Method::GET, "/", 404),
            (Method::GET, "/Printers", 404),
        ] {
            assert_eq!(found(method, path), Err(status), "{path}");
        }
    }
}
