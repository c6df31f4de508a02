### The consent page, and what other questions share with it.

consent-title = Allow { $client }?
consent-heading = Allow <q>{ $client }</q> to act for you?
consent-title-identity = Sign in to { $client }?
consent-heading-identity = Sign in to <q>{ $client }</q>?

# Who asks.
consent-application = Application
consent-named-of = { $client } of <strong>{ $host }</strong>
consent-by-host = named by this host
consent-local = on this computer, unverified
consent-by-statement = vouched for by { $issuer }
consent-by-itself = registered itself, unverified
consent-by-administrator = registered by an administrator
consent-answer-goes = The answer goes to
consent-how-long = For how long
consent-warn-loopback = <strong>Check that you started this.</strong> Any program on this computer can claim to be { $client }. Allow only if you began to connect just now.
consent-warn-document = The application describes itself at <strong>{ $host }</strong>. Allow only if you know and trust that host.
consent-warn-itself = <strong>Check the address above.</strong> The application chose its own name, nobody verified it.

consent-version = Version { $version }, as it says
consent-link-about = About it, at { $host }
consent-link-policy = Its privacy policy, at { $host }
consent-link-terms = Its terms of service, at { $host }
consent-history = Known here
consent-first-time = You let it in for the first time.
consent-since = It has been known here since { $since }.
consent-used = Since { $since }. You last let it in on { $used }.
consent-doubt-nameless = <strong>Its name has no letters.</strong> Go by the address above, not by the name.
consent-doubt-looks-like = <strong>This is not { $known }.</strong> The name only looks like it: it is written with other characters. Deny, unless you know what it is.
consent-doubt-mixed = <strong>The name mixes alphabets.</strong> Letters that look the same are often used to pass for another application. Go by the address above, not by the name.
consent-before = { $client } has access already. What is new is marked; the rest stays as it is.

# Where an answer goes: what completes "the answer goes to".
destination-web = { $host }
destination-loopback = a program on this computer
destination-application = the application that opens { $scheme }: links on this computer

# For how long an approval lasts.
lasts-refresh = at most { $most }, and until it goes unused for { $idle }
lasts-hour = An hour
lasts-day = A day
lasts-week = A week
lasts-used = As long as it is used: { $lasts }
lasts-access = { $longest }; then it asks again

# Who the person is.
consent-identity = It learns who you are
consent-identity-account = that you have an account here, under an identifier that is always the same
consent-identity-when = when you signed in, and how
consent-identity-name = your sign-in name, <strong>{ $user }</strong>
consent-identity-only = It may use none of the servers here.

# Which servers, and what there.
consent-which-one = Which server may it use?
consent-which-any = Which servers may it use?
consent-what = What it may use
consent-read-only = Let it read only: it cannot change or delete anything
consent-writes-new = changing things is new
consent-next-time = Next time
consent-remember = Do not ask again for the same
consent-only-now = Only this time: ask me again
consent-always-asked = You are asked each time: other programs could pass for { $client }.
consent-allow = Allow
consent-deny = Deny
consent-choose = Choose what the application may use.
consent-choose-tool = Choose at least one tool of each server, or deny.
consent-too-many = That is more single tools than an access token has room for. Choose fewer, or allow all of them.

tools-only-these = Only these calls, nothing else of this server:
tools-where = where <code>{ $argument }</code> is { $values }
tools-and-where = and <code>{ $argument }</code> is { $values }
tools-or = { $one } or { $other }
tools-at-most = at most { $most }
tools-quoted = “{ $text }”
tools-before = it has access here already
tools-tick-every = Tick all
tools-tick-none = Untick all
tools-not-singly = only with all of these
tools-later = All of these includes tools that are added later. As soon as one is unticked, only the ticked ones count.
tools-open = Include { $server }
tools-too-many = There are too many to be named here.
tools-all-or-none = These can only be allowed altogether, with those that are added later.
tools-new = new
tools-left-out = left out so far
tools-news = { $count ->
    [one] 1 new
   *[other] { $count } new
}
tools-carried = Some of its tools cannot be shown right now. What was ticked and what was not stays as it was.
tools-unknown = The list of its tools is not available right now.
tools-unknown-writes = The list of its tools is not available right now. It may include tools that change or delete things.
tools-none = It offers no tools that this request opens.
tools-mark-read = read
tools-mark-write = write
tools-mark-destructive = destructive
tools-read = { $count ->
    [one] Only read: 1 tool
   *[other] Only read: { $count } tools
}
tools-write = { $count ->
    [one] Change things: 1 tool
   *[other] Change things: { $count } tools
}
tools-destructive = { $count ->
    [one] May delete or overwrite, or do not say: 1 tool
   *[other] May delete or overwrite, or do not say: { $count } tools
}

# Answers that do not count.
consent-allowed-before = You allowed { $client } already
consent-allowed-before-lead = The answer is on its way.
consent-collected-lead = It has collected its access. You can close this page.
consent-uncollected = The application did not collect its access
consent-uncollected-lead = You allowed it, but it did not come in time.
consent-denied-before = This was denied already
consent-denied-before-lead = { $client } got no access.
consent-not-kept = This browser did not keep your sign-in
consent-not-kept-lead = You signed in, but the browser did not send it along to the next page. Windows inside other applications often keep no cookies.
consent-not-kept-link = Address to copy
consent-not-kept-you = Copy the address into your usual browser and go on there, within ten minutes. In this browser, allow cookies for this site and sign in again.
consent-not-kept-next = Sign in again here
consent-stale = Nothing was allowed
consent-stale-lead = The page was made for another sign-in.
consent-stale-next = Look at the request again
consent-unreadable = This answer cannot be read
consent-unreadable-lead = The form cannot be read.

# All servers as one.
whole-title = All servers
whole-note = One access to all servers that you may use, also those that are added later. As soon as anything is unticked, only what is ticked here counts.
whole-none = There is no server that you may use.
