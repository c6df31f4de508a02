### La page de consentement, et ce que d'autres questions partagent avec elle.

consent-title = Autoriser { $client } ?
consent-heading = Autoriser <q>{ $client }</q> à agir pour vous ?
consent-title-identity = Se connecter à { $client } ?
consent-heading-identity = Se connecter à <q>{ $client }</q> ?

consent-application = Application
consent-named-of = { $client } de <strong>{ $host }</strong>
consent-by-host = nommée par cet hôte
consent-local = sur cet ordinateur, non vérifiée
consent-by-statement = garantie par { $issuer }
consent-by-itself = s’est enregistrée elle-même, non vérifiée
consent-by-administrator = enregistrée par l’administration
consent-answer-goes = La réponse va vers
consent-how-long = Pour combien de temps
consent-warn-loopback = <strong>Vérifiez que c’est bien vous qui avez commencé.</strong> N’importe quel programme de cet ordinateur peut se faire passer pour { $client }. N’autorisez que si vous venez de lancer la connexion.
consent-warn-document = L’application se décrit elle-même sur <strong>{ $host }</strong>. N’autorisez que si vous connaissez cet hôte et lui faites confiance.
consent-warn-itself = <strong>Vérifiez l’adresse ci-dessus.</strong> L’application a choisi elle-même son nom, personne ne l’a vérifié.

destination-web = { $host }
destination-loopback = un programme sur cet ordinateur
destination-application = l’application qui ouvre les liens { $scheme }: sur cet ordinateur

lasts-refresh = au plus { $most }, et jusqu’à { $idle } sans utilisation
lasts-access = { $longest } ; ensuite l’application redemande

consent-identity = Elle apprend qui vous êtes
consent-identity-account = que vous avez un compte ici, sous un identifiant qui reste toujours le même
consent-identity-when = quand et comment vous vous êtes connecté
consent-identity-name = votre nom de connexion, <strong>{ $user }</strong>
consent-identity-only = Elle ne peut utiliser aucun des serveurs d’ici.

consent-which-one = Quel serveur peut-elle utiliser ?
consent-which-any = Quels serveurs peut-elle utiliser ?
consent-what = Ce qu’elle peut utiliser
consent-read-only = La laisser lire seulement : elle ne pourra rien modifier ni supprimer
consent-allow = Autoriser
consent-deny = Refuser
consent-choose = Choisissez ce que l’application peut utiliser.
consent-choose-tool = Choisissez au moins un outil de chaque serveur, ou refusez.
consent-too-many = Cela fait plus d’outils isolés qu’un jeton d’accès ne peut en contenir. Choisissez-en moins, ou autorisez-les tous.

tools-only-these = Uniquement ces appels, rien d’autre de ce serveur :
tools-where = où <code>{ $argument }</code> vaut { $values }
tools-and-where = et <code>{ $argument }</code> vaut { $values }
tools-or = { $one } ou { $other }
tools-at-most = au plus { $most }
tools-quoted = « { $text } »
tools-unknown = La liste de ses outils n’est pas disponible pour le moment.
tools-unknown-writes = La liste de ses outils n’est pas disponible pour le moment. Elle peut comprendre des outils qui modifient ou suppriment.
tools-none = Il ne propose aucun outil que cette demande ouvre.
tools-mark-read = lecture
tools-mark-write = écriture
tools-mark-destructive = destruction
tools-read = { $count ->
    [one] Lecture seule : { $count } outil
   *[other] Lecture seule : { $count } outils
}
tools-write = { $count ->
    [one] Modification : { $count } outil
   *[other] Modification : { $count } outils
}
tools-destructive = { $count ->
    [one] Peut supprimer ou écraser, ou ne le dit pas : { $count } outil
   *[other] Peuvent supprimer ou écraser, ou ne le disent pas : { $count } outils
}

consent-stale = Rien n’a été autorisé
consent-stale-lead = La page correspondait à une autre connexion.
consent-stale-next = Revoir la demande
consent-unreadable = Cette réponse est illisible
consent-unreadable-lead = Le formulaire est illisible.
