### Création du premier compte.

setup-title = Installation
setup-heading = Créer le premier compte
setup-lead = Ce compte administre { -product } et se connecte lorsqu’une application souhaite un accès. Le lien qui vous a amené ici ne fonctionne qu’une fois.
setup-name = Nom d’utilisateur
setup-password = Mot de passe
setup-again = Le même mot de passe, une seconde fois
setup-minimum = Au moins { $minimum } caractères.
setup-button = Créer le compte

setup-nothing = Il n’y a rien à installer ici
setup-done-before = { -product } est déjà installé.
setup-done-before-you = Connectez-vous avec le compte qui a été créé. Les autres comptes se créent avec : doorward user add NAME
setup-link = Ce lien d’installation a déjà servi ou a expiré.
setup-link-you = Redémarrez { -product } : tant qu’il n’y a pas de compte, il affiche un nouveau lien, valable une heure.
setup-different = Les deux mots de passe ne sont pas identiques.

welcome-title = Prêt
welcome-heading = Tout est prêt
welcome-lead = Votre compte <strong>{ $user }</strong> est créé et vous êtes connecté. Donnez l’une de ces adresses à une application ; elle vous ramènera ici pour décider de ce qu’elle peut faire.
