### Seiten, die sagen, was geschehen ist und was zu tun ist.

message-what-to-do = Was Sie tun können
message-you = Sie
message-developer = Wer die Anwendung entwickelt
message-operator = Wer diesen Server betreibt
message-administrator = Die Administration
message-again = Bitte versuchen Sie es gleich noch einmal
message-again-you = Warten Sie einige Sekunden und laden Sie diese Seite neu.
message-storage = { -product } erreicht seinen Speicher gerade nicht.
message-reload = Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.
message-restart = Gehen Sie zur Anwendung zurück und beginnen Sie die Verbindung von vorn.

message-cross-site = Das kam nicht von dieser Seite
message-cross-site-lead = Ihr Browser hat ein Formular gesendet, das von einer anderen Website stammt, oder nicht gesagt, woher es stammt. Es ist nichts geschehen.
message-cross-site-you = Wenn Sie hier auf eine Schaltfläche gedrückt haben, laden Sie die Seite neu und versuchen Sie es noch einmal.
message-cross-site-operator = Die Adresse im Browser muss die eingestellte public_url sein.

form-unreadable = Dieses Formular ist nicht lesbar
form-media-type = Der Inhalt muss application/x-www-form-urlencoded sein.
form-too-large = Der Inhalt ist zu groß.
form-interrupted = Der Inhalt ist nicht vollständig angekommen.
form-malformed = Der Inhalt ist nicht gültig kodiert (Prozentzeichen oder UTF-8).

refusal-compared = Was gesendet wurde und was registriert ist
refusal-parameter = Parameter
refusal-sent = Gesendet
refusal-registered = Registriert
refusal-nothing = nichts
refusal-reference = Kennung <code>{ $reference }</code>. Wer diesen Server betreibt, findet sie mit <code>doorward audit list --event authorize.refused</code>.
