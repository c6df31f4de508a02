### Pages qui disent ce qui s'est passé et ce qu'il faut faire.

message-what-to-do = Que faire
message-you = Vous
message-developer = Qui développe l’application
message-operator = Qui exploite ce serveur
message-administrator = L’administration
message-again = Veuillez réessayer dans un instant
message-again-you = Attendez quelques secondes, puis rechargez cette page.
message-storage = { -product } ne peut pas joindre son stockage pour le moment.
message-reload = Revenez en arrière, rechargez la page et réessayez.
message-restart = Retournez dans l’application et recommencez la connexion.

message-cross-site = Ceci ne vient pas de cette page
message-cross-site-lead = Votre navigateur a envoyé un formulaire créé par un autre site, ou n’a pas indiqué d’où il venait. Rien n’a été fait.
message-cross-site-you = Si vous avez appuyé sur un bouton de ce site, rechargez la page et réessayez.
message-cross-site-operator = L’adresse dans le navigateur doit être la public_url configurée.

form-unreadable = Ce formulaire est illisible
form-media-type = Le corps doit être de type application/x-www-form-urlencoded.
form-too-large = Le corps est trop volumineux.
form-interrupted = Le corps n’est pas arrivé en entier.
form-malformed = L’encodage du corps n’est pas valide (pourcentages ou UTF-8).

refusal-compared = Ce qui a été envoyé et ce qui est enregistré
refusal-parameter = Paramètre
refusal-sent = Envoyé
refusal-registered = Enregistré
refusal-nothing = rien
refusal-reference = Référence <code>{ $reference }</code>. L’exploitant la retrouve avec <code>doorward audit list --event authorize.refused</code>.
