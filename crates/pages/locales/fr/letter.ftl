letter-invitation-subject = Votre invitation sur { -product }
letter-invitation-lead = L’administration de { $url } vous invite à créer un compte. Ce lien mène à la page où vous choisissez votre mot de passe :
letter-reset-subject = Un nouveau mot de passe pour { -product }
letter-reset-administrator = L’administration de { $url } a créé ce lien pour le compte { $user }. Il mène à la page où vous choisissez un nouveau mot de passe :
letter-reset-page = Quelqu’un qui dit avoir oublié le mot de passe du compte { $user } sur { $url } a demandé ce lien. Il mène à la page où vous choisissez un nouveau mot de passe :
letter-once = Le lien ne fonctionne qu’une fois et pour un temps limité. Ne le donnez à personne : quiconque l’a peut s’en servir.
letter-ignore = Si vous n’attendiez pas ce message, ne faites rien : sans le lien, rien ne change.
