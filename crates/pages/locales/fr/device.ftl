### Connecter un appareil qui affiche un code.

device-title = Connecter un appareil
device-lead = Saisissez le code qu’affiche votre appareil ou votre terminal.
device-code = Code
device-caution = <strong>Uniquement un code de votre propre appareil.</strong> Si quelqu’un vous a envoyé un code ou un lien vers cette page, fermez-la : la personne qui a lancé cet appareil agirait en votre nom.
device-continue = Continuer

device-heading = Autoriser <q>{ $client }</q>, sur un autre appareil, à agir pour vous ?
device-must-show = Votre appareil doit afficher ce code :
device-warn = <strong>N’autorisez que ce que vous venez de commencer vous-même.</strong> Si quelqu’un vous a envoyé ce code, par courriel, par messagerie ou au téléphone, refusez : cette personne agirait en votre nom.

device-from = L’appareil a demandé depuis
device-from-here = le même réseau que le vôtre
device-from-elsewhere = un autre réseau que le vôtre
device-own = Votre adresse est <code>{ $address }</code>. Un appareil dans la même pièce a le plus souvent la même.

device-connected = Votre appareil est connecté
device-connected-lead = { $client } peut maintenant agir pour vous. Retournez à votre appareil : il continue dans quelques secondes.
device-denied = Rien n’a été autorisé
device-denied-lead = { $client } n’a obtenu aucun accès. Vous pouvez fermer cette page.
device-again = Saisir de nouveau le code
device-gone = Ce code ne peut plus être utilisé

device-sign-in = Connectez-vous d’abord.
device-stale = La page correspondait à une autre connexion ou à un autre code.
device-unknown = Ce code n’est pas connu ici, ou il a expiré : vérifiez-le, ou recommencez sur l’appareil.
device-too-many = Trop de codes ont été essayés : attendez un instant, puis réessayez.
