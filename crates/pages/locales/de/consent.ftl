### Die Zustimmung, und was andere Fragen mit ihr gemeinsam haben.

consent-title = { $client } Zugriff erlauben?
consent-heading = Darf <q>{ $client }</q> für Sie handeln?
consent-title-identity = Bei { $client } anmelden?
consent-heading-identity = Bei <q>{ $client }</q> anmelden?

consent-application = Anwendung
consent-named-of = { $client } von <strong>{ $host }</strong>
consent-by-host = von diesem Host benannt
consent-local = auf diesem Computer, ungeprüft
consent-by-statement = { $issuer } bürgt dafür
consent-by-itself = hat sich selbst registriert, ungeprüft
consent-by-administrator = von der Administration registriert
consent-answer-goes = Die Antwort geht an
consent-how-long = Wie lange
consent-warn-loopback = <strong>Prüfen Sie, ob Sie das selbst begonnen haben.</strong> Jedes Programm auf diesem Computer kann sich als { $client } ausgeben. Erlauben Sie es nur, wenn Sie gerade eben mit dem Verbinden begonnen haben.
consent-warn-document = Die Anwendung beschreibt sich selbst unter <strong>{ $host }</strong>. Erlauben Sie es nur, wenn Sie diesen Host kennen und ihm vertrauen.
consent-warn-itself = <strong>Prüfen Sie die Adresse oben.</strong> Die Anwendung hat ihren Namen selbst gewählt, niemand hat ihn geprüft.

destination-web = { $host }
destination-loopback = ein Programm auf diesem Computer
destination-application = die Anwendung, die Links mit { $scheme }: auf diesem Computer öffnet

lasts-refresh = höchstens { $most }, und bis zum Ablauf von { $idle } ohne Nutzung
lasts-access = { $longest }; danach wird erneut gefragt

consent-identity = Sie erfährt, wer Sie sind
consent-identity-account = dass Sie hier ein Konto haben, unter einer Kennung, die immer gleich bleibt
consent-identity-when = wann und wie Sie sich angemeldet haben
consent-identity-name = Ihren Anmeldenamen, <strong>{ $user }</strong>
consent-identity-only = Sie darf keinen der Server hier benutzen.

consent-which-one = Welchen Server darf sie benutzen?
consent-which-any = Welche Server darf sie benutzen?
consent-what = Was sie benutzen darf
consent-read-only = Nur lesen lassen: Sie kann dann nichts ändern oder löschen
consent-allow = Erlauben
consent-deny = Ablehnen
consent-choose = Wählen Sie, was die Anwendung benutzen darf.
consent-choose-tool = Wählen Sie von jedem Server mindestens ein Werkzeug, oder lehnen Sie ab.
consent-too-many = Das sind mehr einzelne Werkzeuge, als in ein Zugriffstoken passen. Wählen Sie weniger, oder erlauben Sie alle.

tools-only-these = Nur diese Aufrufe, sonst nichts von diesem Server:
tools-where = wobei für <code>{ $argument }</code> gilt: { $values }
tools-and-where = und für <code>{ $argument }</code>: { $values }
tools-or = { $one } oder { $other }
tools-at-most = höchstens { $most }
tools-quoted = „{ $text }“
tools-unknown = Die Liste der Werkzeuge ist gerade nicht verfügbar.
tools-unknown-writes = Die Liste der Werkzeuge ist gerade nicht verfügbar. Es können solche darunter sein, die etwas ändern oder löschen.
tools-none = Er bietet keine Werkzeuge, die diese Anfrage freigibt.
tools-mark-read = liest
tools-mark-write = ändert
tools-mark-destructive = zerstört
tools-read = { $count ->
    [one] Liest nur: 1 Werkzeug
   *[other] Lesen nur: { $count } Werkzeuge
}
tools-write = { $count ->
    [one] Ändert etwas: 1 Werkzeug
   *[other] Ändern etwas: { $count } Werkzeuge
}
tools-destructive = { $count ->
    [one] Kann löschen oder überschreiben, oder sagt es nicht: 1 Werkzeug
   *[other] Können löschen oder überschreiben, oder sagen es nicht: { $count } Werkzeuge
}

consent-stale = Es wurde nichts erlaubt
consent-stale-lead = Die Seite gehörte zu einer anderen Anmeldung.
consent-stale-next = Die Anfrage noch einmal ansehen
consent-unreadable = Diese Antwort ist nicht lesbar
consent-unreadable-lead = Das Formular ist nicht lesbar.
