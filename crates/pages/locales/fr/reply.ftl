### Une page qui porte une réponse à son application.

reply-done = Presque terminé
reply-done-lead = La réponse est prête à être envoyée.
reply-goes = Elle va vers : <strong>{ $destination }</strong>. Si rien ne se passe, appuyez sur le bouton.
reply-fault = L’application a envoyé une demande qui ne peut pas être satisfaite
reply-asks = L’application demande à être avertie ici : <strong>{ $destination }</strong>. N’y allez que si vous connaissez cette destination : n’importe qui peut faire envoyer de telles demandes.
reply-again = Si l’application n’a rien remarqué, retournez-y encore une fois : <strong>{ $destination }</strong>.
reply-link = Continuer vers : { $destination }
reply-button = Continuer
