invitation-title = Cree su cuenta
invitation-lead = Se le invita a { -product }. El enlace que le ha traído aquí funciona una vez.
invitation-name = Nombre de usuario
invitation-name-given = Este nombre se eligió para usted.
invitation-name-choice = Con él inicia sesión. Valen letras, dígitos y . _ - @ +
invitation-button = Crear la cuenta

invitation-nothing = Esta invitación ya no es válida
invitation-over = Esta invitación se ha usado, se ha retirado o ha caducado.
invitation-over-you = Inicie sesión si ya creó su cuenta. Si no, pida otra invitación a quien le invitó.
invitation-other-name = La invitación es para otro nombre.
invitation-name-taken = Alguien tiene ya este nombre: elija otro.
