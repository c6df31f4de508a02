//! Version, method and name: the headers that every request has.

use std::borrow::Cow;

use super::{HeaderFault, METHOD, McpHeaders, NAME, PROTOCOL_VERSION, encode};
use crate::{
    envelope::{Message, Meta, Notification, Params, Request},
    era::{Era, Revision},
    error::RpcError,
    method::Method,
};

impl McpHeaders<'_> {
    /// Decides by header and body in which era a message was sent.
    ///
    /// A version in `_meta` means the stateless era, whatever it says; without
    /// one, a header of that era still means it, and the request will then be
    /// refused for its missing `_meta`.
    pub fn era(&self, message: &Message<'_>) -> Era {
        let in_meta = message
            .params()
            .and_then(|params| params.meta.protocol_version.as_deref());
        if in_meta.is_some() {
            return Era::Stateless;
        }
        let in_header = self
            .protocol_version()
            .ok()
            .flatten()
            .and_then(Revision::parse);
        in_header.map_or(Era::Session, Revision::era)
    }

    /// Checks a request of the stateless era and says which revision it speaks.
    ///
    /// `supported` is what the endpoint serves, newest first; revisions of the
    /// session era in it are only named to the client.
    pub fn check(
        &self,
        request: &Request<'_>,
        supported: &[Revision],
    ) -> Result<Revision, RpcError> {
        let meta = &request.params.meta;
        let revision = self.check_version(meta, supported)?;
        if meta.client_capabilities.is_none() {
            let reason = "_meta must hold io.modelcontextprotocol/clientCapabilities";
            return Err(RpcError::invalid_params(&reason));
        }
        match self.method()? {
            None => return Err(HeaderFault::Missing("Mcp-Method".into()).into()),
            Some(method) => self.check_method(method, &request.method)?,
        }
        self.check_name(Method::request(&request.method), &request.params)?;
        Ok(revision)
    }

    /// Checks a notification of the stateless era. The revision demands no header
    /// of it, so only those that are there must be true.
    pub fn check_notification(&self, notification: &Notification<'_>) -> Result<(), RpcError> {
        let in_meta = notification.params.meta.protocol_version.as_deref();
        if let (Some(header), Some(meta)) = (self.protocol_version()?, in_meta)
            && header != meta
        {
            return Err(mismatch("MCP-Protocol-Version"));
        }
        match self.method()? {
            None => Ok(()),
            Some(method) => self.check_method(method, &notification.method),
        }
    }

    fn check_version(&self, meta: &Meta<'_>, supported: &[Revision]) -> Result<Revision, RpcError> {
        let reason = "_meta must hold io.modelcontextprotocol/protocolVersion";
        let in_meta = meta.protocol_version.as_deref();
        let requested = in_meta.ok_or_else(|| RpcError::invalid_params(&reason))?;
        match self.protocol_version()? {
            None => return Err(HeaderFault::Missing("MCP-Protocol-Version".into()).into()),
            Some(header) if header != requested => return Err(mismatch("MCP-Protocol-Version")),
            Some(_) => {}
        }
        Revision::parse(requested)
            .filter(|revision| revision.era() == Era::Stateless && supported.contains(revision))
            .ok_or_else(|| RpcError::unsupported_version(requested, supported))
    }

    fn check_method(&self, header: &str, body: &str) -> Result<(), RpcError> {
        if header == body {
            Ok(())
        } else {
            Err(mismatch("Mcp-Method"))
        }
    }

    /// The name is demanded for three methods, and must be true wherever the body
    /// names anything; elsewhere it has nothing to agree with and means nothing.
    fn check_name(&self, method: Option<Method>, params: &Params<'_>) -> Result<(), RpcError> {
        let name = self.name()?;
        let Some(subject) = &params.subject else {
            return Ok(());
        };
        let is_demanded = method.is_some_and(Method::needs_name_header);
        match name {
            None if is_demanded => Err(HeaderFault::Missing("Mcp-Name".into()).into()),
            Some(name) if *name != subject.name => Err(mismatch("Mcp-Name")),
            None | Some(_) => Ok(()),
        }
    }
}

/// The headers that mirror a message towards a stateless-era upstream.
pub fn mirrored<'a>(
    method: &'a str,
    params: &'a Params<'_>,
    revision: Revision,
) -> Vec<(&'static str, Cow<'a, str>)> {
    let mut headers = vec![
        (PROTOCOL_VERSION, Cow::Borrowed(revision.as_str())),
        (METHOD, Cow::Borrowed(method)),
    ];
    if let Some(subject) = &params.subject {
        headers.push((NAME, encode(&subject.name)));
    }
    headers
}

fn mismatch(header: &str) -> RpcError {
    HeaderFault::Mismatch(header.to_owned()).into()
}
