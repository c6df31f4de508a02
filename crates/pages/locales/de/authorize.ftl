### Anfragen, die ihre Seite nicht erreichen.

authorize-again-you = Gehen Sie zu der Anwendung zurück, die Sie hierher geschickt hat, und beginnen Sie die Verbindung von vorn.
authorize-done-you = Kehren Sie zur Anwendung zurück. Wenn sie noch nicht verbunden ist, beginnen Sie dort von vorn.
authorize-add-again-you = Machen Sie nicht weiter, wenn ein Link in einer Nachricht Sie hierher geführt hat. Andernfalls entfernen Sie diesen Server aus der Anwendung und fügen Sie ihn wieder hinzu.

authorize-unreadable = Diese Anfrage ist nicht lesbar
authorize-malformed = Die Anfrage ist nicht gültig kodiert (Prozentzeichen oder UTF-8).
authorize-too-long = Die Anfrage ist zu lang.
authorize-unusable = Diese Anfrage kann nicht benutzt werden
authorize-uri-unknown = Die request_uri wurde nicht hier für diese Anwendung ausgestellt.
authorize-uri-expired = Die request_uri ist abgelaufen.
authorize-uri-used = Die request_uri wurde schon benutzt.
authorize-no-link = Dieser Link funktioniert nicht
authorize-no-link-lead = Dieser Link wurde nicht hier ausgestellt.
authorize-expired = Diese Anfrage ist abgelaufen
authorize-expired-lead = Die Anfrage ist abgelaufen.
authorize-answered = Diese Anfrage wurde bereits beantwortet
authorize-answered-lead = Die Anfrage wurde schon vorher beantwortet.

authorize-nameless = Welche Anwendung fragt?
authorize-nameless-lead = Die Anfrage sagt nicht, von welcher Anwendung sie kommt (client_id).
authorize-nameless-developer = Senden Sie genau eine client_id.

authorize-unknown = Diese Anwendung ist hier nicht registriert
authorize-unknown-lead = Die Anwendung ist hier nicht registriert.
authorize-unregistered-lead = Die Anfrage nennt eine Anwendung, die hier nicht oder nicht mehr registriert ist.
authorize-unknown-you = Entfernen Sie diesen Server aus der Anwendung und fügen Sie ihn wieder hinzu: Sie registriert sich dann neu. Registrierungen, die niemand benutzt hat, werden nach einer Weile gelöscht, und die Administration kann eine widerrufen.
authorize-unknown-developer = Registrieren Sie sich erneut am Registrierungsendpunkt und benutzen Sie die neue client_id. Der Token-Endpunkt antwortet einer unbekannten mit 401 invalid_client.
authorize-unknown-operator = <code>doorward client list</code> zeigt, wer registriert ist. Ob Anwendungen sich selbst registrieren dürfen, bestimmt <code>registration.dynamic</code>.
authorize-unknown-operator-document = Ob eine Anwendung durch die Adresse ihres Dokuments bekannt sein darf, bestimmt <code>registration.client_id_metadata.enabled</code>; so eine Adresse hat einen Pfad und keine Abfrage. <code>doorward client list</code> zeigt, wer widerrufen wurde.

authorize-nowhere-to = Wohin soll die Antwort gehen?
authorize-nowhere-to-lead = Die Anfrage sagt nicht, wohin die Antwort geht (redirect_uri).
authorize-nowhere-to-developer = Senden Sie genau eine redirect_uri.

authorize-mismatch = Die Antwort ginge an eine unbekannte Stelle
authorize-mismatch-lead = Die Antwort ginge an eine Adresse, die die Anwendung nicht registriert hat.
authorize-mismatch-developer = Die redirect_uri muss Byte für Byte eine der registrierten sein; bei Loopback darf der Port abweichen.
authorize-mismatch-operator = <code>doorward client show { $client }</code> zeigt die Registrierung. Wenn die Anwendung umgezogen ist und Sie ihre neue Adresse kennen, registrieren Sie sie neu mit <code>doorward client add NAME --redirect-uri ADRESSE</code> und geben Sie ihr die neue client_id.
authorize-mismatch-operator-itself = Die Anwendung hat sich selbst registriert. Nach <code>doorward client revoke { $client }</code> registriert sie sich neu.
authorize-mismatch-operator-document = Die Adressen stehen im Dokument <code>{ $document }</code>; hier ist nichts zu ändern.

authorize-unmet = Diese Anfrage kann nicht erfüllt werden
authorize-unmet-developer = Ein Anfrageobjekt muss für diesen Aussteller mit einem Schlüssel der Anwendung signiert sein und gilt einmal. Steht redirect_uri daneben, geht die Antwort dorthin.

authorize-uncarried = Diese Anfrage kann nicht weitergetragen werden
authorize-uncarried-lead = Der Parameter state hat mehr als 2048 Bytes.
authorize-uncarried-developer = Halten Sie state unter 2048 Bytes.

document-host = Host
document-address = Metadaten-Dokument der Anwendung
document-denied = Diese Anwendung wird hier nicht angenommen
document-denied-lead = Anwendungen dieses Hosts werden hier nicht angenommen.
document-denied-you = Fragen Sie die Administration dieses Servers, wenn Sie die Anwendung brauchen.
document-denied-administrator = Hosts werden in <code>registration.client_id_metadata</code> zugelassen und ausgeschlossen: Nehmen Sie <code>{ $host }</code> in <code>allow</code> auf, und entfernen Sie aus <code>deny</code>, was darauf passt.
document-unchecked = Diese Anwendung kann gerade nicht geprüft werden
document-often-lead = Es wurden zu viele Dokumente abgefragt; versuchen Sie es in einer Minute noch einmal.
document-many-lead = Zu viele neue Anwendungen auf einmal; versuchen Sie es in einer Minute noch einmal.
document-often-you = Warten Sie eine Minute und laden Sie diese Seite neu, oder melden Sie sich zuerst an diesem Server an: Dann halten Anfragen anderer in Ihrem Netz Sie nicht auf.
document-often-developer = Soweit bekannt ist mit dem Dokument alles in Ordnung: Es wurde nicht abgefragt.
document-fault-you = Versuchen Sie es in ein paar Minuten noch einmal. Es wurde nichts geändert.
document-fault-operator = Dieser Server erreicht { $host } selbst, ohne Proxy: Prüfen Sie, ob der Name aufgelöst wird und die Firewall ihn hinauslässt.
document-fault-developer = Liefern Sie das Dokument als einfaches JSON mit Status 200, binnen 5 Sekunden und 64 KiB, unter einer öffentlichen Adresse und ohne Weiterleitung.
document-slow = Der Host hat nicht rechtzeitig geliefert.
document-large = Das Dokument ist größer als { $limit } Bytes.
document-redirect = Der Host hat mit einer Weiterleitung geantwortet, der nicht gefolgt wird.
document-private = Der Host hat eine Adresse, die nicht aufgesucht werden darf.
document-unreachable = Der Host ist nicht erreichbar.
document-certificate = Der Host hat kein gültiges Zertifikat.
document-status = Der Host hat mit Status { $status } statt 200 geantwortet.
document-not-json = Der Host hat nicht mit einem einfachen JSON-Dokument geantwortet.
document-broken = Der Host hat abgebrochen oder nicht HTTP gesprochen.
document-wrong = Diese Anwendung beschreibt sich falsch
document-wrong-you = Machen Sie nicht weiter, wenn ein Link in einer Nachricht Sie hierher geführt hat. Andernfalls sagen Sie es denen, die die Anwendung entwickeln.
document-wrong-developer = Das Dokument muss seine eigene Adresse als client_id nennen, einen client_name und redirect_uris, und kein Geheimnis.
document-not-an-object = Das Dokument ist kein JSON-Objekt.
document-other-client = Das Dokument handelt von einer anderen client_id als seiner eigenen Adresse.
document-secret = Das Dokument enthält ein Client-Geheimnis, das jeder lesen könnte.
document-nameless = Das Dokument hat keinen client_name.
document-method = Das Dokument bietet kein Authentifizierungsverfahren an, das hier ohne Geheimnis möglich ist.
document-unacceptable = Das Dokument wird nicht angenommen: { $reason }.
