### Ce qui entoure chaque page.

-product = Doorward
layout-product = { -product }
layout-skip = Aller au contenu
layout-signed-in = Connecté en tant que <strong>{ $user }</strong>.
layout-sign-in-as-other = Se connecter avec un autre compte
layout-sign-out = Se déconnecter
verbatim = { $words }
