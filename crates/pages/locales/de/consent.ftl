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

consent-version = Version { $version }, nach eigener Angabe
consent-link-about = Über die Anwendung, bei { $host }
consent-link-policy = Ihre Datenschutzerklärung, bei { $host }
consent-link-terms = Ihre Nutzungsbedingungen, bei { $host }
consent-history = Hier bekannt
consent-first-time = Sie lassen sie zum ersten Mal ein.
consent-since = Sie ist hier seit { $since } bekannt.
consent-used = Seit { $since }. Zuletzt haben Sie sie am { $used } eingelassen.
consent-doubt-nameless = <strong>Ihr Name hat keine Buchstaben.</strong> Richten Sie sich nach der Adresse oben, nicht nach dem Namen.
consent-doubt-looks-like = <strong>Das ist nicht { $known }.</strong> Der Name sieht nur so aus: Er ist mit anderen Zeichen geschrieben. Lehnen Sie ab, außer Sie wissen, was das ist.
consent-doubt-mixed = <strong>Der Name mischt Alphabete.</strong> Buchstaben, die gleich aussehen, dienen oft dazu, sich als eine andere Anwendung auszugeben. Richten Sie sich nach der Adresse oben, nicht nach dem Namen.
consent-before = { $client } hat bereits Zugriff. Was neu ist, ist gekennzeichnet; alles andere bleibt, wie es ist.

destination-web = { $host }
destination-loopback = ein Programm auf diesem Computer
destination-application = die Anwendung, die Links mit { $scheme }: auf diesem Computer öffnet

lasts-refresh = höchstens { $most }, und bis zum Ablauf von { $idle } ohne Nutzung
lasts-hour = Eine Stunde
lasts-day = Einen Tag
lasts-week = Eine Woche
lasts-used = Solange sie benutzt wird: { $lasts }
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
consent-writes-new = neu ist, dass etwas geändert werden darf
consent-next-time = Nächstes Mal
consent-remember = Für dasselbe nicht noch einmal fragen
consent-only-now = Nur dieses Mal: wieder fragen
consent-always-asked = Sie werden jedes Mal gefragt: Andere Programme könnten sich als { $client } ausgeben.
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
tools-before = sie hat hier bereits Zugriff
tools-tick-every = Alle ankreuzen
tools-tick-none = Keines ankreuzen
tools-not-singly = nur mit allen diesen
tools-later = Alle diese schließt Werkzeuge ein, die später hinzukommen. Sobald eines nicht angekreuzt ist, zählen nur die angekreuzten.
tools-open = { $server } einschließen
tools-too-many = Es sind zu viele, um sie hier zu nennen.
tools-all-or-none = Diese können nur insgesamt erlaubt werden, mit denen, die später hinzukommen.
tools-new = neu
tools-left-out = bisher ausgelassen
tools-news = { $count ->
    [one] 1 neu
   *[other] { $count } neu
}
tools-carried = Einige seiner Werkzeuge können gerade nicht angezeigt werden. Was angekreuzt war und was nicht, bleibt, wie es war.
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

consent-allowed-before = Sie haben { $client } bereits erlaubt
consent-allowed-before-lead = Die Antwort ist unterwegs.
consent-collected-lead = Sie hat ihren Zugriff abgeholt. Sie können diese Seite schließen.
consent-uncollected = Die Anwendung hat ihren Zugriff nicht abgeholt
consent-uncollected-lead = Sie haben es erlaubt, aber sie kam nicht rechtzeitig.
consent-denied-before = Das wurde bereits abgelehnt
consent-denied-before-lead = { $client } hat keinen Zugriff bekommen.
consent-not-kept = Dieser Browser hat Ihre Anmeldung nicht behalten
consent-not-kept-lead = Sie haben sich angemeldet, aber der Browser hat das der nächsten Seite nicht mitgeteilt. Fenster in anderen Anwendungen behalten oft keine Cookies.
consent-not-kept-link = Adresse zum Kopieren
consent-not-kept-you = Kopieren Sie die Adresse in Ihren gewohnten Browser und machen Sie dort innerhalb von zehn Minuten weiter. Oder erlauben Sie in diesem Browser Cookies für diese Website und melden Sie sich noch einmal an.
consent-not-kept-next = Hier noch einmal anmelden
consent-stale = Es wurde nichts erlaubt
consent-stale-lead = Die Seite gehörte zu einer anderen Anmeldung.
consent-stale-next = Die Anfrage noch einmal ansehen
consent-unreadable = Diese Antwort ist nicht lesbar
consent-unreadable-lead = Das Formular ist nicht lesbar.

whole-title = Alle Server
whole-note = Ein Zugang zu allen Servern, die Sie nutzen dürfen, auch zu später hinzukommenden. Sobald etwas abgewählt ist, zählt nur, was hier angekreuzt ist.
whole-none = Es gibt keinen Server, den Sie nutzen dürfen.
