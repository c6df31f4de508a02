factor-title = Confirmez que c’est bien vous
factor-who = Vous vous connectez en tant que <strong>{ $user }</strong>. Encore une étape.
factor-code = Code de votre application d’authentification
factor-code-label = Six chiffres
factor-button = Continuer
factor-recovery = Utiliser plutôt un code de récupération
factor-recovery-label = Code de récupération
factor-recovery-rule = Chaque code ne sert qu’une fois. Les tirets et les majuscules n’ont pas d’importance.
factor-passkey = Clé d’accès
factor-passkey-lead = Utilisez votre empreinte, votre visage ou le code PIN de votre appareil ou de votre clé de sécurité.
factor-passkey-button = Utiliser une clé d’accès
factor-other-person = Se connecter avec un autre compte
factor-refused = Ce n’est pas correct, ou cela a déjà servi. Attendez le prochain code et réessayez.
factor-stale = Cette page est restée ouverte trop longtemps. En voici une nouvelle : retirez l’ancienne entrée de l’application et recommencez.
factor-lost = Cette connexion ne peut pas continuer ici
factor-lost-lead = Elle a été commencée dans un autre navigateur, ou il y a plus de dix minutes. Rien n’a été fait.
factor-again = Se connecter depuis le début

enrol-title = Ajoutez une seconde façon de prouver que c’est vous
enrol-lead = Ici, un mot de passe seul ne suffit pas, <strong>{ $user }</strong>. Ajoutez maintenant l’un de ces moyens ; il vous sera ensuite demandé à la connexion.
enrol-passkey = Clé d’accès
enrol-passkey-lead = Une clé d’accès est gardée par votre appareil, votre gestionnaire de mots de passe ou une clé de sécurité. Elle ne peut pas être devinée et ne sert à rien sur un faux site.
enrol-passkey-button = Créer une clé d’accès
enrol-code = Application d’authentification
enrol-code-button = Ajouter l’application

totp-scan = Scannez cette image avec votre application d’authentification.
totp-picture = Code QR contenant la clé pour l’application
totp-here = Ouvrir plutôt l’application sur cet appareil
totp-text = Ou saisissez cette clé :
totp-type = Saisissez les six chiffres qu’affiche l’application.

passkey-name = Comment l’appeler
passkey-failed = Cela n’a pas fonctionné. Réessayez, ou choisissez un autre moyen.
passkey-known = Cet appareil a déjà une clé d’accès pour vous ici.
passkey-script = Les clés d’accès ont besoin de JavaScript, qui est désactivé dans ce navigateur.
passkey-off = Les clés d’accès ne sont pas utilisées ici.
passkey-elsewhere = Les clés d’accès ne fonctionnent pas à cette adresse.
passkey-elsewhere-link = Ouvrir cette page sur { $host }
passkey-unverified = Votre appareil n’a pas vérifié qui l’utilise. Configurez-y un code PIN, une empreinte ou votre visage, puis réessayez.
passkey-algorithm = Les clés de ce type ne sont pas acceptées ici. Utilisez un autre appareil ou une autre clé de sécurité.
passkey-copied = Cette clé d’accès a été utilisée ailleurs sous le même nom, elle n’est donc plus acceptée. Connectez-vous autrement et remplacez-la.
passkey-elsewhere-used = Cette clé d’accès a été utilisée sur un autre site. Rien n’a été fait.
passkey-many = Vous avez autant de clés d’accès qu’on peut en garder. Retirez d’abord celle dont vous n’avez pas besoin.
passkey-stale = Cette page est restée ouverte trop longtemps, ou a été envoyée deux fois. Réessayez.
passkey-unknown = Cette clé d’accès n’est pas connue ici, ou n’est pas la vôtre.

sign-in-passkey = Se connecter avec une clé d’accès

codes-title = Vos codes de récupération
codes-lead = Avec l’un de ces codes, vous entrez même si votre clé d’accès ou votre application d’authentification est perdue. Chacun ne sert qu’une fois. Gardez-les avec vos mots de passe, ou imprimez cette page.
codes-once = Ils ne sont affichés que maintenant.
codes-next = Je les ai conservés

security-title = Connexion et sécurité
security-lead = Comment <strong>{ $user }</strong> se connecte.
security-few = { $count ->
    [0] Il ne vous reste aucun code de récupération. Créez-en de nouveaux avant d’en avoir besoin.
    [one] Il vous reste un code de récupération. Créez-en de nouveaux avant d’en avoir besoin.
   *[other] Il vous reste { $count } codes de récupération. Créez-en de nouveaux avant d’en avoir besoin.
}
security-passkeys = Clés d’accès
security-no-passkeys = Vous n’en avez aucune.
security-add-passkey = Ajouter une clé d’accès
security-synced = Peut se trouver sur plusieurs de vos appareils.
security-one-device = Sur un seul appareil.
security-added = Ajoutée le { $day }.
security-used = Dernière utilisation le { $day }.
security-unused = Pas encore utilisée.
security-rename = Renommer
security-remove = Retirer
security-app = Application d’authentification
security-no-app = Vous n’en avez aucune.
security-add-app = Ajouter une application
security-codes = Codes de récupération
security-codes-left = { $count ->
    [0] Il n’en reste aucun.
    [one] Il en reste un.
   *[other] Il en reste { $count }.
}
security-new-codes = Créer de nouveaux codes
security-fresh = Les changements exigent une connexion de moins de dix minutes. Retirer quelque chose met fin à vos autres sessions.
security-demanded = L’exploitant de ce serveur exige un second facteur. Ajoutez-en un autre avant de retirer celui-ci.
security-back = Retour à connexion et sécurité
security-add-title = Ajouter un moyen de connexion
