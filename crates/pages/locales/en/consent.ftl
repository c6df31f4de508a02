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

# Where an answer goes: what completes "the answer goes to".
destination-web = { $host }
destination-loopback = a program on this computer
destination-application = the application that opens { $scheme }: links on this computer

# For how long an approval lasts.
lasts-refresh = at most { $most }, and until it goes unused for { $idle }
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
consent-stale = Nothing was allowed
consent-stale-lead = The page was made for another sign-in.
consent-stale-next = Look at the request again
consent-unreadable = This answer cannot be read
consent-unreadable-lead = The form cannot be read.
