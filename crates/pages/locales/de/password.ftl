### Warum ein Passwort oder ein Benutzername nicht angenommen wird.

user-name-refused = Ein Benutzername hat 1 bis 64 Buchstaben, Ziffern und . _ - @ + und beginnt mit einem Buchstaben oder einer Ziffer.
password-short = Ein Passwort hat mindestens { $minimum } Zeichen.
password-long = Ein Passwort hat höchstens { $maximum } Bytes.
password-weak-common = Dieses Passwort ist leicht zu erraten: Alle probieren es zuerst. Nehmen Sie ein paar ungewöhnliche Wörter, die nicht zusammengehören.
password-weak-like-common = Dieses Passwort ist leicht zu erraten: Es ist ein bekanntes in Verkleidung; Großbuchstaben oder Ziffern anstelle von Buchstaben verbergen wenig. Nehmen Sie ein paar ungewöhnliche Wörter.
password-weak-date = Dieses Passwort ist leicht zu erraten: Datumsangaben und Jahreszahlen werden früh probiert. Nehmen Sie lieber ein paar ungewöhnliche Wörter.
password-weak-keyboard = Dieses Passwort ist leicht zu erraten: Tasten, die nebeneinander liegen, werden früh probiert. Nehmen Sie lieber ein paar ungewöhnliche Wörter.
password-weak-name = Dieses Passwort ist leicht zu erraten: Personennamen werden früh probiert. Ergänzen Sie ein paar Wörter, die keine Namen sind.
password-weak-personal = Dieses Passwort ist leicht zu erraten: Es besteht aus Ihrem Namen, Ihrer Adresse oder dem Namen dieses Produkts. Nehmen Sie Wörter, die nichts mit Ihnen zu tun haben.
password-weak-repeated = Dieses Passwort ist leicht zu erraten: Wiederholungen machen es kaum stärker. Ergänzen Sie stattdessen andere Wörter.
password-weak-sequence = Dieses Passwort ist leicht zu erraten: Zeichen in ihrer Reihenfolge werden früh probiert. Nehmen Sie lieber ein paar ungewöhnliche Wörter.
password-weak-short = Dieses Passwort ist leicht zu erraten: Es ist zu kurz für das, woraus es besteht. Ergänzen Sie ein oder zwei ungewöhnliche Wörter.
password-weak-word = Dieses Passwort ist leicht zu erraten: Ein einzelnes Wort wird früh probiert. Ergänzen Sie ein paar andere, die nicht dazugehören.
