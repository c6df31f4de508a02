factor-title = Bestätigen Sie, dass Sie es sind
factor-who = Sie melden sich als <strong>{ $user }</strong> an. Noch ein Schritt.
factor-code = Code Ihrer Authentifizierungs-App
factor-code-label = Sechs Ziffern
factor-button = Weiter
factor-recovery = Stattdessen einen Wiederherstellungscode benutzen
factor-recovery-label = Wiederherstellungscode
factor-recovery-rule = Jeder Code gilt einmal. Bindestriche und Großschreibung spielen keine Rolle.
factor-passkey = Passkey
factor-passkey-lead = Benutzen Sie Ihren Fingerabdruck, Ihr Gesicht oder die PIN Ihres Geräts oder Sicherheitsschlüssels.
factor-passkey-button = Einen Passkey benutzen
factor-other-person = Als jemand anderes anmelden
factor-refused = Das stimmt nicht oder wurde schon benutzt. Warten Sie auf den nächsten Code und versuchen Sie es noch einmal.
factor-stale = Diese Seite war zu lange offen. Hier ist eine neue: Entfernen Sie den alten Eintrag aus der App und beginnen Sie von vorn.
factor-lost = Diese Anmeldung kann hier nicht weitergehen
factor-lost-lead = Sie wurde in einem anderen Browser begonnen, oder vor mehr als zehn Minuten. Es ist nichts geschehen.
factor-again = Von vorn anmelden

enrol-title = Fügen Sie einen zweiten Nachweis hinzu, dass Sie es sind
enrol-lead = Hier genügt ein Passwort allein nicht, <strong>{ $user }</strong>. Fügen Sie jetzt einen dieser Nachweise hinzu; von da an werden Sie bei der Anmeldung danach gefragt.
enrol-passkey = Passkey
enrol-passkey-lead = Ein Passkey liegt auf Ihrem Gerät, in Ihrem Passwortmanager oder auf einem Sicherheitsschlüssel. Er lässt sich nicht erraten und nützt auf einer falschen Website nichts.
enrol-passkey-button = Passkey anlegen
enrol-code = Authentifizierungs-App
enrol-code-button = App hinzufügen

totp-scan = Scannen Sie dieses Bild mit Ihrer Authentifizierungs-App.
totp-picture = QR-Code mit dem Schlüssel für die App
totp-here = Stattdessen die App auf diesem Gerät öffnen
totp-text = Oder geben Sie diesen Schlüssel ein:
totp-type = Geben Sie die sechs Ziffern ein, die die App zeigt.

passkey-name = Wie er heißen soll
passkey-failed = Das hat nicht funktioniert. Versuchen Sie es noch einmal, oder wählen Sie einen anderen Weg.
passkey-known = Dieses Gerät hat hier bereits einen Passkey für Sie.
passkey-script = Passkeys brauchen JavaScript, das in diesem Browser abgeschaltet ist.
passkey-off = Passkeys sind hier nicht in Gebrauch.
passkey-elsewhere = Unter dieser Adresse funktionieren Passkeys nicht.
passkey-elsewhere-link = Diese Seite unter { $host } öffnen
passkey-unverified = Ihr Gerät hat nicht geprüft, wer es benutzt. Richten Sie dort eine PIN, einen Fingerabdruck oder Ihr Gesicht ein und versuchen Sie es noch einmal.
passkey-algorithm = Schlüssel dieser Art werden hier nicht angenommen. Benutzen Sie ein anderes Gerät oder einen anderen Sicherheitsschlüssel.
passkey-copied = Dieser Passkey wurde anderswo unter demselben Namen benutzt und wird deshalb nicht mehr angenommen. Melden Sie sich auf andere Weise an und ersetzen Sie ihn.
passkey-elsewhere-used = Dieser Passkey wurde auf einer anderen Website benutzt. Es ist nichts geschehen.
passkey-many = Sie haben so viele Passkeys, wie aufbewahrt werden können. Entfernen Sie zuerst einen, den Sie nicht brauchen.
passkey-stale = Diese Seite war zu lange offen oder wurde zweimal gesendet. Versuchen Sie es noch einmal.
passkey-unknown = Dieser Passkey ist hier nicht bekannt oder gehört nicht Ihnen.

sign-in-passkey = Mit einem Passkey anmelden

codes-title = Ihre Wiederherstellungscodes
codes-lead = Mit einem dieser Codes kommen Sie hinein, wenn Ihr Passkey oder Ihre Authentifizierungs-App verloren ist. Jeder gilt einmal. Bewahren Sie sie bei Ihren Passwörtern auf, oder drucken Sie diese Seite.
codes-once = Sie werden nur jetzt angezeigt.
codes-next = Ich habe sie aufbewahrt

security-title = Anmeldung und Sicherheit
security-lead = Wie sich <strong>{ $user }</strong> anmeldet.
security-few = { $count ->
    [0] Sie haben keinen Wiederherstellungscode mehr. Erzeugen Sie neue, bevor Sie sie brauchen.
    [one] Sie haben noch einen Wiederherstellungscode. Erzeugen Sie neue, bevor Sie sie brauchen.
   *[other] Sie haben noch { $count } Wiederherstellungscodes. Erzeugen Sie neue, bevor Sie sie brauchen.
}
security-passkeys = Passkeys
security-no-passkeys = Sie haben keinen.
security-add-passkey = Passkey hinzufügen
security-synced = Möglicherweise auf mehreren Ihrer Geräte.
security-one-device = Auf einem Gerät.
security-added = Hinzugefügt am { $day }.
security-used = Zuletzt benutzt am { $day }.
security-unused = Noch nicht benutzt.
security-rename = Umbenennen
security-remove = Entfernen
security-app = Authentifizierungs-App
security-no-app = Sie haben keine.
security-add-app = App hinzufügen
security-codes = Wiederherstellungscodes
security-codes-left = { $count ->
    [0] Es ist keiner mehr übrig.
    [one] Es ist noch einer übrig.
   *[other] Es sind noch { $count } übrig.
}
security-new-codes = Neue Codes erzeugen
security-fresh = Änderungen brauchen eine Anmeldung, die nicht älter als zehn Minuten ist. Etwas zu entfernen beendet Ihre anderen Sitzungen.
security-demanded = Wer diesen Server betreibt, verlangt einen zweiten Nachweis. Fügen Sie einen anderen hinzu, bevor Sie diesen entfernen.
security-back = Zurück zu Anmeldung und Sicherheit
security-add-title = Eine Anmeldemöglichkeit hinzufügen
