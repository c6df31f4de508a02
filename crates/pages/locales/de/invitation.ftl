invitation-title = Legen Sie Ihr Konto an
invitation-lead = Sie sind zu { -product } eingeladen. Der Link, der Sie hierher geführt hat, gilt einmal.
invitation-name = Benutzername
invitation-name-given = Dieser Name wurde für Sie gewählt.
invitation-name-choice = Damit melden Sie sich an. Erlaubt sind Buchstaben, Ziffern und . _ - @ +
invitation-button = Konto anlegen

invitation-nothing = Diese Einladung gilt nicht mehr
invitation-over = Diese Einladung wurde benutzt, zurückgezogen oder ist abgelaufen.
invitation-over-you = Melden Sie sich an, wenn Sie Ihr Konto schon angelegt haben. Sonst bitten Sie die Person, die Sie eingeladen hat, um eine neue Einladung.
invitation-other-name = Die Einladung gilt für einen anderen Namen.
invitation-name-taken = Diesen Namen hat schon jemand: Wählen Sie einen anderen.
