### La página de inicio de sesión.

sign-in-title = Iniciar sesión
sign-in-client = <strong>{ $client }</strong> quiere conectarse. Después de iniciar sesión, usted decide qué puede hacer. La respuesta se enviará a: <strong>{ $destination }</strong>.
sign-in-first = Todavía no hay ninguna cuenta. Abra el enlace de configuración que { -product } ha mostrado en el terminal donde se ejecuta y vuelva después.
sign-in-name = Nombre de usuario
sign-in-password = Contraseña
sign-in-button = Iniciar sesión

sign-in-refused = El nombre de usuario o la contraseña no son correctos.
sign-in-too-many = Ha habido demasiados intentos: espere un momento y vuelva a intentarlo.
sign-in-busy = Hay demasiadas personas iniciando sesión en este momento: espere un poco y vuelva a intentarlo.
sign-in-again = Inicie sesión para acceder a su cuenta. Lo que allí es delicado vuelve a preguntar quién es usted.
