letter-invitation-subject = Su invitación a { -product }
letter-invitation-lead = La administración de { $url } le invita a crear una cuenta. Este enlace lleva a la página donde elige su contraseña:
letter-reset-subject = Una contraseña nueva para { -product }
letter-reset-administrator = La administración de { $url } creó este enlace para la cuenta { $user }. Lleva a la página donde elige una contraseña nueva:
letter-reset-page = Alguien que dice haber olvidado la contraseña de la cuenta { $user } en { $url } pidió este enlace. Lleva a la página donde elige una contraseña nueva:
letter-once = El enlace funciona una vez y por tiempo limitado. No se lo dé a nadie: quien lo tenga puede usarlo.
letter-ignore = Si no esperaba este mensaje, no haga nada: sin el enlace no cambia nada.
