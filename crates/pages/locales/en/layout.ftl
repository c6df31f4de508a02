### What surrounds every page.

# The name of this server for people. An operator chooses another with [pages] name.
-product = Doorward
layout-product = { -product }
layout-skip = Skip to the content
layout-signed-in = Signed in as <strong>{ $user }</strong>.
layout-sign-in-as-other = Sign in as somebody else
layout-sign-out = Sign out
# Words of the protocol, as developers know them.
verbatim = { $words }
