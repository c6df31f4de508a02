### Lo que rodea cada página.

-product = Doorward
layout-product = { -product }
layout-skip = Ir al contenido
layout-signed-in = Ha iniciado sesión como <strong>{ $user }</strong>.
layout-sign-in-as-other = Iniciar sesión con otra cuenta
layout-sign-out = Cerrar sesión
verbatim = { $words }
