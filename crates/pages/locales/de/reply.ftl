### Eine Seite, die eine Antwort zu ihrer Anwendung bringt.

reply-done = Fast fertig
reply-done-lead = Die Antwort kann gesendet werden.
reply-goes = Sie geht an: <strong>{ $destination }</strong>. Wenn nichts geschieht, drücken Sie auf die Schaltfläche.
reply-fault = Die Anwendung hat eine Anfrage gesendet, die nicht erfüllt werden kann
reply-asks = Die Anwendung möchte das hier erfahren: <strong>{ $destination }</strong>. Gehen Sie nur dorthin, wenn Sie das Ziel kennen: Solche Anfragen kann jeder auslösen.
reply-again = Wenn die Anwendung es nicht bemerkt hat, gehen Sie noch einmal dorthin: <strong>{ $destination }</strong>.
reply-link = Weiter zu: { $destination }
reply-button = Weiter
