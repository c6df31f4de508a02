### La page de connexion.

sign-in-title = Connexion
sign-in-client = <strong>{ $client }</strong> souhaite se connecter. Une fois connecté, vous décidez de ce que l’application peut faire. La réponse ira vers : <strong>{ $destination }</strong>.
sign-in-first = Il n’y a pas encore de compte. Ouvrez le lien d’installation que { -product } a affiché dans le terminal où il s’exécute, puis revenez ici.
sign-in-name = Nom d’utilisateur
sign-in-password = Mot de passe
sign-in-button = Se connecter

sign-in-refused = Le nom d’utilisateur ou le mot de passe est incorrect.
sign-in-too-many = Il y a eu trop de tentatives : attendez un instant et réessayez.
sign-in-busy = Trop de personnes se connectent en ce moment : attendez un instant et réessayez.
sign-in-again = Connectez-vous pour accéder à votre compte. Ce qui y est sensible vous redemande qui vous êtes.
