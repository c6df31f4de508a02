### Die Anmeldung.

sign-in-title = Anmelden
sign-in-client = <strong>{ $client }</strong> möchte sich verbinden. Nach der Anmeldung entscheiden Sie, was die Anwendung darf. Die Antwort geht an: <strong>{ $destination }</strong>.
sign-in-first = Es gibt noch kein Konto. Öffnen Sie den Einrichtungslink, den { -product } im Terminal ausgegeben hat, und kommen Sie dann zurück.
sign-in-name = Benutzername
sign-in-password = Passwort
sign-in-button = Anmelden

sign-in-refused = Der Benutzername oder das Passwort stimmt nicht.
sign-in-too-many = Das waren zu viele Versuche: Warten Sie einen Moment und versuchen Sie es noch einmal.
sign-in-busy = Gerade melden sich zu viele Personen an: Warten Sie einen Moment und versuchen Sie es noch einmal.
sign-in-again = Melden Sie sich an, um zu Ihrem Konto zu gelangen. Was dort heikel ist, fragt noch einmal, wer Sie sind.
