invitation-title = Créez votre compte
invitation-lead = Vous êtes invité sur { -product }. Le lien qui vous a amené ici ne fonctionne qu’une fois.
invitation-name = Nom d’utilisateur
invitation-name-given = Ce nom a été choisi pour vous.
invitation-name-choice = Il vous sert à vous connecter. Lettres, chiffres et . _ - @ + conviennent.
invitation-button = Créer le compte

invitation-nothing = Cette invitation n’est plus valable
invitation-over = Cette invitation a été utilisée, retirée ou a expiré.
invitation-over-you = Connectez-vous si vous avez déjà créé votre compte. Sinon, demandez une nouvelle invitation à la personne qui vous a invité.
invitation-other-name = L’invitation est pour un autre nom.
invitation-name-taken = Quelqu’un porte déjà ce nom : choisissez-en un autre.
