### Conectar un dispositivo que muestra un código.

device-title = Conectar un dispositivo
device-lead = Escriba el código que muestra su dispositivo o terminal.
device-code = Código
device-caution = <strong>Solo un código de su propio dispositivo.</strong> Si alguien le ha enviado un código o un enlace a esta página, ciérrela: quien inició ese dispositivo actuaría en su nombre.
device-continue = Continuar

device-heading = ¿Permitir que <q>{ $client }</q>, en otro dispositivo, actúe en su nombre?
device-must-show = Su dispositivo debe mostrar este código:
device-warn = <strong>Permita solo lo que usted mismo acaba de comenzar.</strong> Si alguien le ha enviado este código por correo, por chat o por teléfono, deniéguelo: esa persona actuaría en su nombre.

device-from = El dispositivo preguntó desde
device-from-here = la misma red en la que está usted
device-from-elsewhere = una red distinta de la suya
device-own = Usted está en <code>{ $address }</code>. Un dispositivo en la misma sala suele tener la misma dirección.

device-connected = Su dispositivo está conectado
device-connected-lead = { $client } ya puede actuar en su nombre. Vuelva a su dispositivo: continuará en unos segundos.
device-denied = No se ha permitido nada
device-denied-lead = { $client } no ha obtenido acceso. Puede cerrar esta página.
device-again = Escribir el código de nuevo
device-gone = Este código ya no se puede usar

device-sign-in = Inicie sesión primero.
device-stale = La página correspondía a otro inicio de sesión o a otro código.
device-unknown = Este código no se conoce aquí o ha caducado: compruébelo, o comience de nuevo en el dispositivo.
device-too-many = Se han probado demasiados códigos: espere un momento y vuelva a intentarlo.
