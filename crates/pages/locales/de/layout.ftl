### Was jede Seite umgibt.

-product = Doorward
layout-product = { -product }
layout-skip = Zum Inhalt springen
layout-signed-in = Angemeldet als <strong>{ $user }</strong>.
layout-sign-in-as-other = Als jemand anderes anmelden
layout-sign-out = Abmelden
verbatim = { $words }
