### Die Seiten des eigenen Kontos.

account-navigation = Ihr Konto
account-overview = Übersicht
account-connections = Verbundene Anwendungen
account-sessions = Sitzungen
account-devices = Geräte
account-approvals = Gemerkte Antworten
account-activity = Aktivität
account-profile = Profil
account-data = Ihre Daten

account-heading = Ihr Konto, { $name }
account-lead = Sehen Sie, was für Sie handelt und wo Sie angemeldet sind, und beenden Sie es.
account-count-connections = { $count ->
    [0] Keine Anwendung handelt für Sie.
    [one] Eine Anwendung handelt für Sie.
   *[other] { $count } Anwendungen handeln für Sie.
}
account-count-sessions = { $count ->
    [one] Sie sind nur hier angemeldet.
   *[other] Sie sind { $count }-mal angemeldet.
}
account-count-devices = { $count ->
    [0] Es ist kein Gerät von Ihnen bekannt.
    [one] Es ist ein Gerät von Ihnen bekannt.
   *[other] Es sind { $count } Geräte von Ihnen bekannt.
}
account-count-approvals = { $count ->
    [0] Es ist keine Antwort gemerkt.
    [one] Es ist eine Antwort gemerkt.
   *[other] Es sind { $count } Antworten gemerkt.
}

account-before = Die davor
account-behind = Weitere

account-connections-lead = Diese Anwendungen dürfen in Ihrem Namen Server hier benutzen. Jeder Eintrag ist eine Installation. Was Sie widerrufen, funktioniert sofort nicht mehr und muss Sie erneut fragen.
account-connections-none = Keine Anwendung handelt für Sie.
account-known = Wie sie bekannt ist
account-known-administrator = von der Administration registriert
account-known-document = durch ihr Dokument unter <strong>{ $host }</strong>
account-known-vouched = { $issuer } bürgt dafür
account-known-itself = hat sich selbst registriert, ungeprüft
account-known-gone = hier nicht mehr bekannt
account-hosts = Antworten gehen an
account-host-web = { $host }
account-host-loopback = ein Programm auf Ihrem Computer
account-host-application = die Anwendung, die Links mit { $scheme }: öffnet
account-server = Server
account-scopes = Berechtigungen
account-tools = { $count ->
    [one] Ein Werkzeug
   *[other] { $count } Werkzeuge
}
account-tools-more = { $count ->
    [one] und ein weiteres
   *[other] und { $count } weitere
}
account-tools-none = zurzeit kein Werkzeug
account-tools-unknown = Die Werkzeuge können gerade nicht aufgelistet werden.
account-mark-read = liest
account-mark-write = ändert
account-mark-destructive = kann löschen
account-called = Zuletzt aufgerufen
account-called-at = { $count ->
    [one] von { $server }, einmal
   *[other] von { $server }, { $count }-mal
}
account-called-nothing = nichts
account-first-used = Verbunden
account-last-used = Zuletzt benutzt
account-ends = Endet von selbst
account-revoke = Widerrufen
account-revoke-all = Alle widerrufen

account-sessions-lead = In diesen Browsern sind Sie angemeldet. Beenden Sie, was Sie nicht kennen, und ändern Sie dann Ihr Passwort.
account-this-session = diese Sitzung
account-this-device = dieses Gerät
account-browser-unknown = Ein unbekannter Browser
account-browser = { $program }
account-browser-on = { $program } unter { $system }
account-address = Adresse
account-address-unknown = unbekannt
account-signed-in-at = Angemeldet
account-seen = Zuletzt gesehen, auf einige Minuten genau
account-end = Diese Sitzung beenden
account-end-others = Alle anderen Sitzungen beenden
account-end-all = Überall abmelden
account-devices-lead = Auf diesen Geräten haben Sie sich schon angemeldet. Jedes wird nach der letzten Anmeldung { $memory } lang gemerkt. Gemerkt zu sein öffnet nichts: Es verhindert, dass Sie aufgehalten werden, wenn jemand anderswo Passwörter errät.
account-devices-none = Es ist kein Gerät gemerkt.
account-first-sign-in = Erste Anmeldung
account-last-sign-in = Letzte Anmeldung
account-forgotten-at = Vergessen
account-forget-device = Dieses Gerät vergessen

account-approvals-lead = Das haben Sie erlaubt und werden für dasselbe nicht noch einmal gefragt. Eine Antwort zu vergessen beendet keine Verbindung; die nächste Anfrage fragt dann wieder.
account-approvals-none = Es ist keine Antwort gemerkt.
account-approval-host = Antwort geht an
account-approved-at = Erlaubt
account-approval-tools = Nur diese Werkzeuge
account-forget-approval = Diese Antwort vergessen

account-activity-lead = Was in Ihrem Konto geschehen ist, das Neueste zuerst.
account-activity-everybody-lead = Was in allen Konten geschehen ist, das Neueste zuerst.
account-activity-none = In diesem Teil des Protokolls gibt es nichts dieser Art.
account-when = Wann
account-outcome = Ergebnis
account-facts = Weiteres
account-event = Ereignis
account-event-all = Alle
account-everybody = Alle, nicht nur ich
account-show = Anzeigen
account-older = Ältere
account-outcome-allowed = erlaubt
account-outcome-denied = abgelehnt
account-outcome-failed = fehlgeschlagen
account-fact-user = Benutzer
account-fact-client = Anwendung
account-fact-server = Server
account-fact-tool = Werkzeug
account-fact-address = Adresse
account-fact-reason = Warum

account-name = Benutzername
account-mail = E-Mail
account-role = Rolle
account-role-member = Mitglied
account-role-auditor = Prüfung
account-role-administrator = Administration
account-display-name = Wie Sie genannt werden
account-display-name-label = Anzeigename
account-save = Speichern
account-password = Passwort
account-password-lead = Ein neues Passwort beendet alle anderen Sitzungen und trennt alle Anwendungen. Sie müssen sich neu verbinden.
account-password-old = Altes Passwort
account-password-new = Neues Passwort
account-password-again = Neues Passwort noch einmal
account-password-hint = Mindestens { $minimum } Zeichen, und nicht leicht zu erraten.
account-password-change = Passwort ändern

account-download = Herunterladen
account-download-lead = Eine Datei mit allem, was über Sie gespeichert ist, ohne Passwörter und Schlüssel.
account-download-button = Ihre Daten herunterladen
account-delete = Konto löschen
account-delete-lead = Alle Anwendungen werden getrennt, und Sie werden überall abgemeldet. Ihr Konto und was dafür gespeichert ist, wird entfernt. Das Protokoll bleibt erhalten. Das lässt sich nicht rückgängig machen.
account-delete-name = Geben Sie zur Bestätigung Ihren Benutzernamen ein: { $name }
account-delete-button = Mein Konto löschen
account-deleted = Ihr Konto ist gelöscht
account-deleted-lead = Sie sind abgemeldet, und nichts handelt hier mehr für Sie.

account-done-revoked = Die Anwendung ist getrennt.
account-done-all-revoked = Alle Anwendungen sind getrennt.
account-done-ended = Die Sitzung ist beendet.
account-done-others-ended = Alle anderen Sitzungen sind beendet.
account-done-device = Das Gerät ist vergessen.
account-done-approval = Die Antwort ist vergessen.
account-done-named = Ihr Name ist gespeichert.
account-done-password = Ihr Passwort ist geändert. Alle anderen Sitzungen sind beendet.

account-not-done = Es ist nichts geschehen
account-back = Zurück zu Ihrem Konto
account-stale = Die Seite ist veraltet: Sie haben sich seitdem neu angemeldet, oder sie wurde in einer anderen Sitzung geöffnet. Laden Sie sie neu.
account-error-not-there = Das gibt es in Ihrem Konto nicht. Vielleicht ist es schon weg.
account-error-wrong-password = Das alte Passwort stimmt nicht.
account-error-no-password = Ihr Konto hat kein Passwort.
account-error-different = Die beiden neuen Passwörter sind nicht gleich.
account-error-name = Ein Anzeigename hat mindestens ein sichtbares Zeichen.
account-error-too-many = Das waren zu viele Versuche. Warten Sie einen Moment und versuchen Sie es noch einmal.
account-error-busy = Gerade ist zu viel los. Warten Sie einen Moment und versuchen Sie es noch einmal.
account-error-last-administrator = Niemand sonst, der sich anmelden kann, hat die Rolle Administration. Geben Sie sie zuerst jemand anderem.
account-error-unconfirmed = Geben Sie Ihren Benutzernamen genau so ein, wie er ist.
