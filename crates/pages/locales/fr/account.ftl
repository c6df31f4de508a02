### Les pages du compte personnel.

account-navigation = Votre compte
account-overview = Aperçu
account-connections = Applications connectées
account-sessions = Sessions
account-devices = Appareils
account-approvals = Réponses mémorisées
account-activity = Activité
account-profile = Profil
account-data = Vos données

account-heading = Votre compte, { $name }
account-lead = Voyez ce qui agit pour vous et où vous êtes connecté, et coupez-le.
account-count-connections = { $count ->
    [0] Aucune application n’agit pour vous.
    [one] Une application agit pour vous.
   *[other] { $count } applications agissent pour vous.
}
account-count-sessions = { $count ->
    [one] Vous n’êtes connecté qu’ici.
   *[other] Vous êtes connecté { $count } fois.
}
account-count-devices = { $count ->
    [0] Aucun appareil n’est connu comme le vôtre.
    [one] Un appareil est connu comme le vôtre.
   *[other] { $count } appareils sont connus comme les vôtres.
}
account-count-approvals = { $count ->
    [0] Aucune réponse n’est mémorisée.
    [one] Une réponse est mémorisée.
   *[other] { $count } réponses sont mémorisées.
}

account-before = Les précédentes
account-behind = Suite

account-connections-lead = Ces applications peuvent utiliser des serveurs d’ici en votre nom. Chaque entrée est une installation. Ce que vous révoquez cesse aussitôt de fonctionner et doit vous redemander.
account-connections-none = Aucune application n’agit pour vous.
account-known = Comment elle est connue
account-known-administrator = enregistrée par l’administration
account-known-document = par son document sur <strong>{ $host }</strong>
account-known-vouched = garantie par { $issuer }
account-known-itself = s’est enregistrée elle-même, non vérifiée
account-known-gone = n’est plus connue ici
account-hosts = Les réponses vont vers
account-host-web = { $host }
account-host-loopback = un programme sur votre ordinateur
account-host-application = l’application qui ouvre les liens { $scheme }:
account-server = Serveur
account-scopes = Portées
account-tools = { $count ->
    [one] { $count } outil
   *[other] { $count } outils
}
account-tools-more = { $count ->
    [one] et { $count } autre
   *[other] et { $count } autres
}
account-tools-none = aucun outil pour le moment
account-tools-unknown = Ses outils ne peuvent pas être listés pour le moment.
account-mark-read = lit
account-mark-write = modifie
account-mark-destructive = peut supprimer
account-called = Appelé récemment
account-called-at = { $count ->
    [one] de { $server }, { $count } fois
   *[other] de { $server }, { $count } fois
}
account-called-nothing = rien
account-first-used = Connectée
account-last-used = Dernière utilisation
account-ends = Se termine d’elle-même
account-revoke = Révoquer
account-revoke-all = Tout révoquer

account-sessions-lead = Vous êtes connecté dans ces navigateurs. Terminez ce que vous ne connaissez pas, puis changez votre mot de passe.
account-this-session = cette session
account-this-device = cet appareil
account-browser-unknown = Un navigateur inconnu
account-browser = { $program }
account-browser-on = { $program } sous { $system }
account-address = Adresse
account-address-unknown = inconnue
account-signed-in-at = Connexion
account-seen = Dernière activité, à quelques minutes près
account-end = Terminer cette session
account-end-others = Terminer toutes les autres sessions
account-end-all = Se déconnecter partout
account-devices-lead = Vous vous êtes déjà connecté sur ces appareils. Chacun est mémorisé pendant { $memory } après la dernière connexion. Être mémorisé n’ouvre rien : cela évite que ceux qui devinent des mots de passe ailleurs ne vous ralentissent.
account-devices-none = Aucun appareil n’est mémorisé.
account-first-sign-in = Première connexion
account-last-sign-in = Dernière connexion
account-forgotten-at = Oublié
account-forget-device = Oublier cet appareil

account-approvals-lead = Vous avez autorisé ceci, et on ne vous redemande pas pour la même chose. Oublier une réponse ne met fin à aucune connexion ; la prochaine demande vous sera posée.
account-approvals-none = Aucune réponse n’est mémorisée.
account-approval-host = La réponse va vers
account-approved-at = Autorisé
account-approval-tools = Ces outils seulement
account-forget-approval = Oublier cette réponse

account-activity-lead = Ce qui s’est passé dans votre compte, le plus récent d’abord.
account-activity-everybody-lead = Ce qui s’est passé dans tous les comptes, le plus récent d’abord.
account-activity-none = Rien de tel dans cette partie du journal.
account-when = Quand
account-outcome = Résultat
account-facts = Plus
account-event = Événement
account-event-all = Tous
account-everybody = Tout le monde, pas seulement moi
account-show = Afficher
account-older = Plus anciens
account-outcome-allowed = autorisé
account-outcome-denied = refusé
account-outcome-failed = échoué
account-fact-user = Utilisateur
account-fact-client = Application
account-fact-server = Serveur
account-fact-tool = Outil
account-fact-address = Adresse
account-fact-reason = Pourquoi

account-name = Nom d’utilisateur
account-mail = Courriel
account-role = Rôle
account-role-member = Membre
account-role-auditor = Auditeur
account-role-administrator = Administrateur
account-display-name = Comment on vous appelle
account-display-name-label = Nom affiché
account-save = Enregistrer
account-password = Mot de passe
account-password-lead = Un nouveau mot de passe met fin à toutes les autres sessions et à toutes les applications connectées. Elles devront se reconnecter.
account-password-old = Ancien mot de passe
account-password-new = Nouveau mot de passe
account-password-again = Nouveau mot de passe, une seconde fois
account-password-hint = Au moins { $minimum } caractères, et difficile à deviner.
account-password-change = Changer le mot de passe

account-download = Téléchargement
account-download-lead = Un fichier avec tout ce qui est conservé à votre sujet, sans mots de passe ni clés.
account-download-button = Télécharger vos données
account-delete = Supprimer le compte
account-delete-lead = Toutes les applications sont déconnectées et vous êtes déconnecté partout. Votre compte et ce qui est conservé pour lui sont supprimés. Le journal d’audit est gardé. Ceci est irréversible.
account-delete-name = Pour confirmer, saisissez votre nom d’utilisateur : { $name }
account-delete-button = Supprimer mon compte
account-deleted = Votre compte est supprimé
account-deleted-lead = Vous êtes déconnecté, et plus rien n’agit pour vous ici.

account-done-revoked = L’application est déconnectée.
account-done-all-revoked = Toutes les applications sont déconnectées.
account-done-ended = La session est terminée.
account-done-others-ended = Toutes les autres sessions sont terminées.
account-done-device = L’appareil est oublié.
account-done-approval = La réponse est oubliée.
account-done-named = Votre nom est enregistré.
account-done-password = Votre mot de passe est changé. Toutes les autres sessions sont terminées.

account-not-done = Rien n’a été fait
account-back = Retour à votre compte
account-stale = La page n’est plus à jour : vous vous êtes reconnecté depuis, ou elle a été ouverte dans une autre session. Rechargez-la.
account-error-not-there = Il n’y a rien de tel dans votre compte. Peut-être a-t-il déjà disparu.
account-error-wrong-password = L’ancien mot de passe est incorrect.
account-error-no-password = Votre compte n’a pas de mot de passe.
account-error-different = Les deux nouveaux mots de passe ne sont pas identiques.
account-error-name = Un nom affiché comporte au moins un caractère visible.
account-error-too-many = Il y a eu trop de tentatives. Attendez un instant et réessayez.
account-error-busy = Trop de monde à la fois. Attendez un instant et réessayez.
account-error-last-administrator = Vous êtes le dernier administrateur qui peut se connecter. Donnez d’abord ce rôle à quelqu’un d’autre.
account-error-unconfirmed = Saisissez votre nom d’utilisateur exactement tel qu’il est.
