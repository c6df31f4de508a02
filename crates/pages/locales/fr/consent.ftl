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

consent-version = Version { $version }, selon elle-même
consent-link-about = À propos d’elle, sur { $host }
consent-link-policy = Sa politique de confidentialité, sur { $host }
consent-link-terms = Ses conditions d’utilisation, sur { $host }
consent-history = Connue ici
consent-first-time = Vous la laissez entrer pour la première fois.
consent-since = Elle est connue ici depuis : { $since }.
consent-used = Depuis : { $since }. Vous l’avez laissée entrer pour la dernière fois : { $used }.
consent-doubt-nameless = <strong>Son nom n’a pas de lettres.</strong> Fiez-vous à l’adresse ci-dessus, pas au nom.
consent-doubt-looks-like = <strong>Ce n’est pas { $known }.</strong> Le nom y ressemble seulement : il est écrit avec d’autres caractères. Refusez, sauf si vous savez ce que c’est.
consent-doubt-mixed = <strong>Le nom mélange des alphabets.</strong> Des lettres d’apparence identique servent souvent à se faire passer pour une autre application. Fiez-vous à l’adresse ci-dessus, pas au nom.
consent-before = { $client } a déjà un accès. Ce qui est nouveau est signalé ; le reste ne change pas.

destination-web = { $host }
destination-loopback = un programme sur cet ordinateur
destination-application = l’application qui ouvre les liens { $scheme }: sur cet ordinateur

lasts-refresh = au plus { $most }, et jusqu’à { $idle } sans utilisation
lasts-hour = Une heure
lasts-day = Un jour
lasts-week = Une semaine
lasts-used = Tant qu’elle est utilisée : { $lasts }
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
consent-writes-new = modifier est nouveau
consent-next-time = La prochaine fois
consent-remember = Ne pas redemander pour la même chose
consent-only-now = Cette fois seulement : redemandez-moi
consent-always-asked = On vous demande à chaque fois : d’autres programmes pourraient se faire passer pour { $client }.
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
tools-before = elle a déjà accès ici
tools-tick-every = Tout cocher
tools-tick-none = Tout décocher
tools-not-singly = seulement avec tous ceux-ci
tools-later = Tous ceux-ci comprend les outils ajoutés plus tard. Dès que l’un est décoché, seuls ceux qui sont cochés comptent.
tools-open = Inclure { $server }
tools-too-many = Ils sont trop nombreux pour être nommés ici.
tools-all-or-none = Ceux-ci ne peuvent être autorisés qu’ensemble, avec ceux qui seront ajoutés plus tard.
tools-new = nouveau
tools-left-out = écarté jusqu’ici
tools-news = { $count ->
    [one] { $count } nouveau
   *[other] { $count } nouveaux
}
tools-carried = Certains de ses outils ne peuvent pas être affichés pour le moment. Ce qui était coché et ce qui ne l’était pas reste tel quel.
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

consent-allowed-before = Vous avez déjà autorisé { $client }
consent-allowed-before-lead = La réponse est en route.
consent-collected-lead = L’application a récupéré son accès. Vous pouvez fermer cette page.
consent-uncollected = L’application n’a pas récupéré son accès
consent-uncollected-lead = Vous l’avez autorisée, mais elle n’est pas venue à temps.
consent-denied-before = Ceci a déjà été refusé
consent-denied-before-lead = { $client } n’a obtenu aucun accès.
consent-not-kept = Ce navigateur n’a pas gardé votre connexion
consent-not-kept-lead = Vous vous êtes connecté, mais le navigateur ne l’a pas transmis à la page suivante. Les fenêtres ouvertes dans d’autres applications ne gardent souvent pas les cookies.
consent-not-kept-link = Adresse à copier
consent-not-kept-you = Copiez l’adresse dans votre navigateur habituel et continuez-y dans les dix minutes. Dans ce navigateur-ci, autorisez les cookies pour ce site et reconnectez-vous.
consent-not-kept-next = Se reconnecter ici
consent-stale = Rien n’a été autorisé
consent-stale-lead = La page correspondait à une autre connexion.
consent-stale-next = Revoir la demande
consent-unreadable = Cette réponse est illisible
consent-unreadable-lead = Le formulaire est illisible.

whole-title = Tous les serveurs
whole-note = Un seul accès à tous les serveurs que vous pouvez utiliser, y compris ceux ajoutés plus tard. Dès que quelque chose est décoché, seul ce qui est coché ici compte.
whole-none = Il n’y a aucun serveur que vous puissiez utiliser.
