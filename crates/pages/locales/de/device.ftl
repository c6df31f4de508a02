### Ein Gerät verbinden, das einen Code zeigt.

device-title = Ein Gerät verbinden
device-lead = Geben Sie den Code ein, den Ihr Gerät oder Terminal zeigt.
device-code = Code
device-caution = <strong>Nur einen Code Ihres eigenen Geräts.</strong> Wenn Ihnen jemand einen Code oder einen Link auf diese Seite geschickt hat, schließen Sie sie: Wer das Gerät gestartet hat, würde in Ihrem Namen handeln.
device-continue = Weiter

device-heading = Darf <q>{ $client }</q> auf einem anderen Gerät für Sie handeln?
device-must-show = Ihr Gerät muss diesen Code zeigen:
device-warn = <strong>Erlauben Sie nur, was Sie gerade eben selbst begonnen haben.</strong> Wenn Ihnen jemand diesen Code geschickt hat, per E-Mail, im Chat oder am Telefon, lehnen Sie ab: Er würde in Ihrem Namen handeln.

device-from = Das Gerät hat gefragt aus
device-from-here = dem Netz, in dem auch Sie sind
device-from-elsewhere = einem anderen Netz als Ihrem
device-own = Sie sind unter <code>{ $address }</code>. Ein Gerät im selben Raum hat meist dieselbe Adresse.

device-connected = Ihr Gerät ist verbunden
device-connected-lead = { $client } darf nun für Sie handeln. Gehen Sie zu Ihrem Gerät zurück: In wenigen Sekunden geht es dort weiter.
device-denied = Es wurde nichts erlaubt
device-denied-lead = { $client } hat keinen Zugriff bekommen. Sie können diese Seite schließen.
device-again = Den Code noch einmal eingeben
device-gone = Dieser Code kann nicht mehr benutzt werden

device-sign-in = Melden Sie sich zuerst an.
device-stale = Die Seite gehörte zu einer anderen Anmeldung oder einem anderen Code.
device-unknown = Dieser Code ist hier nicht bekannt, oder er ist abgelaufen: Prüfen Sie ihn, oder beginnen Sie am Gerät von vorn.
device-too-many = Es wurden zu viele Codes probiert: Warten Sie einen Moment und versuchen Sie es dann noch einmal.
