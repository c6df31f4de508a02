letter-invitation-subject = Ihre Einladung zu { -product }
letter-invitation-lead = Die Administration von { $url } lädt Sie ein, ein Konto anzulegen. Dieser Link führt zu der Seite, auf der Sie Ihr Passwort wählen:
letter-reset-subject = Ein neues Passwort für { -product }
letter-reset-administrator = Die Administration von { $url } hat diesen Link für das Konto { $user } erstellt. Er führt zu der Seite, auf der Sie ein neues Passwort wählen:
letter-reset-page = Jemand hat angegeben, das Passwort des Kontos { $user } bei { $url } vergessen zu haben, und diesen Link angefordert. Er führt zu der Seite, auf der Sie ein neues Passwort wählen:
letter-once = Der Link gilt einmal und nur für begrenzte Zeit. Geben Sie ihn niemandem: Wer ihn hat, kann ihn benutzen.
letter-ignore = Wenn Sie diesen Brief nicht erwartet haben, tun Sie nichts: Ohne den Link ändert sich nichts.
