### Authorization requests that do not reach their page.

authorize-again-you = Go back to the application that sent you here and start connecting again.
authorize-done-you = Return to the application. If it is still not connected, start connecting there again.
authorize-add-again-you = Do not continue if a link in a message brought you here. Otherwise remove this server from the application and add it again.

authorize-unreadable = This request cannot be read
authorize-malformed = The request has invalid percent-encoding or invalid UTF-8.
authorize-too-long = The request is too long.
authorize-unusable = This request cannot be used
authorize-uri-unknown = The request_uri was not made here for this application.
authorize-uri-expired = The request_uri has expired.
authorize-uri-used = The request_uri was used before.
authorize-no-link = This link does not work
authorize-no-link-lead = This link was not made here.
authorize-expired = This request has expired
authorize-expired-lead = The request has expired.
authorize-answered = This request was answered already
authorize-answered-lead = The request was answered before.

authorize-nameless = Which application is asking?
authorize-nameless-lead = The request does not say which application it comes from (client_id).
authorize-nameless-developer = Send exactly one client_id.

authorize-unknown = This application is not registered here
authorize-unknown-lead = The application is not registered here.
authorize-unregistered-lead = The request names an application that is not registered here, or not any more.
authorize-unknown-you = Remove this server from the application and add it again: it then registers afresh. Registrations that nobody used are deleted after a while, and an administrator can revoke one.
authorize-unknown-developer = Register again at the registration endpoint and use the new client_id. The token endpoint answers 401 invalid_client for an unknown one.
authorize-unknown-operator = <code>doorward client list</code> shows who is registered. Whether applications may register themselves is decided by <code>registration.dynamic</code>.
authorize-unknown-operator-document = Whether an application may be known by the address of its document is decided by <code>registration.client_id_metadata.enabled</code>; such an address has a path and no query. <code>doorward client list</code> shows who was revoked.

authorize-nowhere-to = Where should the answer go?
authorize-nowhere-to-lead = The request does not say where the answer goes (redirect_uri).
authorize-nowhere-to-developer = Send exactly one redirect_uri.

authorize-mismatch = The answer would go somewhere unknown
authorize-mismatch-lead = The answer would go to an address that the application has not registered.
authorize-mismatch-developer = The redirect_uri must be one of the registered ones, byte for byte; on loopback the port may differ.
authorize-mismatch-operator = <code>doorward client show { $client }</code> shows the registration. If the application has moved and you know its new address, register it anew with <code>doorward client add NAME --redirect-uri ADDRESS</code> and give it the new client_id.
authorize-mismatch-operator-itself = The application registered itself. <code>doorward client revoke { $client }</code> makes it register afresh.
authorize-mismatch-operator-document = The addresses come from the document <code>{ $document }</code>; nothing has to be changed here.

authorize-unmet = This request cannot be met
authorize-unmet-developer = A request object has to be signed for this issuer by a key of the client, and is used once. With redirect_uri beside it, the answer goes there.

authorize-uncarried = This request cannot be carried
authorize-uncarried-lead = The state parameter has more than 2048 bytes.
authorize-uncarried-developer = Keep state within 2048 bytes.

# The metadata document of the application is the reason.
document-host = Host
document-address = Client metadata document
document-denied = This application is not accepted here
document-denied-lead = Applications of this host are not accepted here.
document-denied-you = Ask the administrator of this server if you need it.
document-denied-administrator = Hosts are allowed and denied in <code>registration.client_id_metadata</code>: add <code>{ $host }</code> to <code>allow</code>, and take what matches it out of <code>deny</code>.
document-unchecked = This application cannot be checked right now
document-often-lead = Too many documents were asked for; try again in a minute.
document-many-lead = Too many new applications at once; try again in a minute.
document-often-you = Wait a minute and load this page again, or sign in to this server first: requests of other people in your network do not hold you up then.
document-often-developer = The document is fine as far as is known: it was not asked for.
document-fault-you = Try again in a few minutes. Nothing was changed.
document-fault-operator = This server reaches { $host } itself, without a proxy: look whether its name resolves and its firewall lets it out.
document-fault-developer = Serve the document as plain JSON with status 200, within 5 seconds and 64 KiB, on a public address and without a redirect.
document-slow = The host did not deliver in time.
document-large = The document is larger than { $limit } bytes.
document-redirect = The host answered with a redirect, which is not followed.
document-private = The host has an address that must not be reached.
document-unreachable = The host cannot be reached.
document-certificate = The host has no valid certificate.
document-status = The host answered with status { $status } instead of 200.
document-not-json = The host did not answer with a plain JSON document.
document-broken = The host broke off or did not speak HTTP.
document-wrong = This application describes itself wrongly
document-wrong-you = Do not continue if a link in a message brought you here. Otherwise tell the developer of the application.
document-wrong-developer = The document must name its own address as client_id, a client_name and redirect_uris, and no secret.
document-not-an-object = The document is not a JSON object.
document-other-client = The document is about another client_id than its own address.
document-secret = The document contains a client secret, which everybody could read.
document-nameless = The document has no client_name.
document-method = The document offers no authentication method that works here without a secret.
document-unacceptable = The document is not acceptable: { $reason }.
