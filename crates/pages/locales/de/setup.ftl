### Das erste Konto.

setup-title = Einrichten
setup-heading = Das erste Konto anlegen
setup-lead = Dieses Konto verwaltet { -product } und meldet sich an, wenn eine Anwendung sich verbinden möchte. Der Link, der Sie hierher geführt hat, gilt nur einmal.
setup-name = Benutzername
setup-password = Passwort
setup-again = Dasselbe Passwort noch einmal
setup-minimum = Mindestens { $minimum } Zeichen.
setup-button = Konto anlegen

setup-nothing = Hier gibt es nichts einzurichten
setup-done-before = { -product } ist bereits eingerichtet.
setup-done-before-you = Melden Sie sich mit dem angelegten Konto an. Weitere Konten legt man so an: doorward user add NAME
setup-link = Dieser Einrichtungslink wurde benutzt oder ist abgelaufen.
setup-link-you = Starten Sie { -product } neu: Solange es kein Konto gibt, wird ein neuer Link ausgegeben, der eine Stunde gilt.
setup-different = Die beiden Passwörter sind nicht gleich.

welcome-title = Fertig
welcome-heading = Alles ist bereit
welcome-lead = Ihr Konto <strong>{ $user }</strong> ist angelegt, und Sie sind angemeldet. Geben Sie einer Anwendung eine dieser Adressen; sie führt Sie hierher zurück, damit Sie entscheiden, was sie darf.
