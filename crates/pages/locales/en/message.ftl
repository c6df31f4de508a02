### Pages that tell what happened and what to do.

message-what-to-do = What to do
message-you = You
message-developer = The developer of the application
message-operator = The operator
message-administrator = The administrator
message-again = Please try again in a moment
message-again-you = Wait a few seconds and load this page again.
message-storage = { -product } cannot reach its storage right now.
message-reload = Go back, load the page again, and try again.
message-restart = Go back to the application and start connecting again.

# A form from another site, or none at all.
message-cross-site = This did not come from this page
message-cross-site-lead = Your browser sent a form that another site made, or did not say where it came from. Nothing was done.
message-cross-site-you = If you pressed a button on this site, load the page again and try once more.
message-cross-site-operator = The address in the browser must be the configured public_url.

# A form that cannot be read.
form-unreadable = This form cannot be read
form-media-type = The body must be application/x-www-form-urlencoded.
form-too-large = The body is too large.
form-interrupted = The body did not arrive completely.
form-malformed = The body has invalid percent-encoding or invalid UTF-8.

# What was sent beside what is registered, where a request goes nowhere.
refusal-compared = What was sent and what is registered
refusal-parameter = Parameter
refusal-sent = Sent
refusal-registered = Registered
refusal-nothing = nothing
refusal-reference = Reference <code>{ $reference }</code>. The operator finds it with <code>doorward audit list --event authorize.refused</code>.
