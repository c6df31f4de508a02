//! Everything that an issuer serves, one line for each route.
//!
//! The whole table is mounted at the root of the origin and, when the public URL
//! has a path, under that path too: a reverse proxy may or may not take the path
//! away, and clients of 2025-03-26 only know the root.

use std::sync::Arc;

use axum::{
    Router,
    middleware::from_fn,
    routing::{MethodRouter, get, post},
};

use crate::{
    authorize, consent, device, federation, home, introspect, invitation,
    metadata::{self, OAUTH, OPENID},
    par, register, reset, revoke, security, setup,
    shared::Shared,
    sign_in, token, userinfo,
    wire::{allow_any_origin, method_not_allowed, preflight, readable, to_the_end},
};

type Routes = Router<Arc<Shared>>;

/// All routes, ready to serve.
pub(crate) fn router(issuer: &Arc<Shared>) -> Router {
    mounted(issuer, || open_to_scripts().merge(for_people()))
}

/// The routes that no person ever opens in a browser.
pub(crate) fn router_for_programs(issuer: &Arc<Shared>) -> Router {
    mounted(issuer, open_to_scripts)
}

fn mounted(issuer: &Arc<Shared>, table: impl Fn() -> Routes) -> Router {
    let routes = match issuer.url.prefix() {
        "" => table(),
        prefix => table().nest(prefix, table()),
    };
    routes.with_state(Arc::clone(issuer))
}

/// What scripts of any origin may call: no cookie is ever looked at here.
fn open_to_scripts() -> Routes {
    let endpoints = Router::new()
        .route("/token", write(post(token::post)))
        .route("/par", write(post(par::post)))
        .route("/device_authorization", write(post(device::begin)))
        .route("/register", write(post(register::post)))
        .route("/register/{client_id}", manage())
        .route("/revoke", write(post(revoke::post)))
        .route("/introspect", write(post(introspect::post)))
        .route(
            "/userinfo",
            ask(get(userinfo::answer).post(userinfo::answer)),
        )
        .layer(from_fn(allow_any_origin));
    documents().merge(endpoints)
}

/// What every client reads first. Asked for most, so no layer stands before it.
fn documents() -> Routes {
    Router::new()
        .route(OAUTH, read(get(metadata::at_issuer)))
        .route(OPENID, read(get(metadata::at_issuer)))
        .route(
            &format!("{OAUTH}/{{*suffix}}"),
            read(get(metadata::at_suffix)),
        )
        .route(
            &format!("{OPENID}/{{*suffix}}"),
            read(get(metadata::at_suffix)),
        )
        .route(
            &format!("/mcp/{{server}}{OAUTH}"),
            read(get(metadata::at_endpoint)),
        )
        .route(
            &format!("/mcp/{{server}}{OPENID}"),
            read(get(metadata::at_endpoint)),
        )
        .route(&format!("/mcp{OAUTH}"), read(get(metadata::at_whole)))
        .route(&format!("/mcp{OPENID}"), read(get(metadata::at_whole)))
        .route("/jwks", read(get(metadata::keys)))
}

/// What people see in a browser.
fn for_people() -> Routes {
    Router::new()
        .route("/", get(home::get))
        .route("/authorize", get(authorize::get).post(authorize::post))
        .route("/login", get(sign_in::get).post(sign_in::post))
        .route("/login/{provider}", post(federation::begin))
        .route("/login/{provider}/callback", get(federation::callback))
        .route(
            "/login/{provider}/backchannel-logout",
            post(federation::backchannel_logout),
        )
        .route(
            "/account/links",
            get(federation::links).post(federation::change_links),
        )
        .route("/login/step/passkey", post(sign_in::passkey))
        .route(
            "/login/step/factor",
            get(sign_in::step).post(sign_in::take_step),
        )
        .route("/logout", post(sign_in::sign_out))
        .route(
            "/account/security",
            get(security::get).post(security::change),
        )
        .route(
            "/account/security/app",
            get(security::add_app).post(security::confirm_app),
        )
        .route(
            "/account/security/passkey",
            get(security::add_passkey).post(security::confirm_passkey),
        )
        .route("/consent", get(consent::get).post(consent::post))
        .route("/device", get(device::get).post(device::post))
        .route("/setup", get(setup::get).post(setup::post))
        .route("/invitation", get(invitation::get).post(invitation::post))
        .route("/forgot", get(reset::forgot).post(reset::send))
        .route("/reset", get(reset::get).post(reset::post))
        .route("/setup/done", get(setup::done))
        .route("/assets/{name}", get(home::asset))
}

fn read(methods: MethodRouter<Arc<Shared>>) -> MethodRouter<Arc<Shared>> {
    methods
        .options(preflight)
        .fallback(|| async { readable(method_not_allowed("GET, HEAD, OPTIONS")) })
}

fn ask(methods: MethodRouter<Arc<Shared>>) -> MethodRouter<Arc<Shared>> {
    methods.fallback(|| async { method_not_allowed("GET, HEAD, POST, OPTIONS") })
}

fn manage() -> MethodRouter<Arc<Shared>> {
    let methods = get(register::get)
        .put(register::put)
        .delete(register::delete);
    methods
        .layer(from_fn(to_the_end))
        .fallback(|| async { method_not_allowed("GET, PUT, DELETE, OPTIONS") })
}

fn write(methods: MethodRouter<Arc<Shared>>) -> MethodRouter<Arc<Shared>> {
    methods
        .layer(from_fn(to_the_end))
        .fallback(|| async { method_not_allowed("POST, OPTIONS") })
}
