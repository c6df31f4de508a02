### Creación de la primera cuenta.

setup-title = Configuración inicial
setup-heading = Crear la primera cuenta
setup-lead = Esta cuenta administra { -product } e inicia sesión cuando una aplicación quiere conectarse. El enlace que le ha traído aquí funciona una sola vez.
setup-name = Nombre de usuario
setup-password = Contraseña
setup-again = La misma contraseña otra vez
setup-minimum = Al menos { $minimum } caracteres.
setup-button = Crear la cuenta

setup-nothing = Aquí no hay nada que configurar
setup-done-before = { -product } ya está configurado.
setup-done-before-you = Inicie sesión con la cuenta que se creó. Otras cuentas se crean con: doorward user add NAME
setup-link = Este enlace de configuración ya se ha usado o ha caducado.
setup-link-you = Reinicie { -product }: mientras no haya ninguna cuenta, muestra un enlace nuevo que funciona durante una hora.
setup-different = Las dos contraseñas no coinciden.

welcome-title = Listo
welcome-heading = Ya está todo listo
welcome-lead = Su cuenta <strong>{ $user }</strong> está creada y ha iniciado sesión. Dé una de estas direcciones a una aplicación; ella le traerá de vuelta aquí para decidir qué puede hacer.
