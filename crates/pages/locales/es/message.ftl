### Páginas que dicen qué ha ocurrido y qué hacer.

message-what-to-do = Qué hacer
message-you = Usted
message-developer = Quien desarrolla la aplicación
message-operator = Quien opera este servidor
message-administrator = La administración
message-again = Vuelva a intentarlo en un momento
message-again-you = Espere unos segundos y vuelva a cargar esta página.
message-storage = { -product } no puede acceder a su almacenamiento en este momento.
message-reload = Vuelva atrás, cargue de nuevo la página e inténtelo otra vez.
message-restart = Vuelva a la aplicación y comience de nuevo la conexión.

message-cross-site = Esto no procede de esta página
message-cross-site-lead = Su navegador ha enviado un formulario creado por otro sitio, o no ha indicado de dónde procedía. No se ha hecho nada.
message-cross-site-you = Si ha pulsado un botón de este sitio, vuelva a cargar la página e inténtelo otra vez.
message-cross-site-operator = La dirección del navegador debe ser la public_url configurada.

form-unreadable = No se puede leer este formulario
form-media-type = El cuerpo debe ser application/x-www-form-urlencoded.
form-too-large = El cuerpo es demasiado grande.
form-interrupted = El cuerpo no ha llegado completo.
form-malformed = La codificación del cuerpo no es válida (porcentajes o UTF-8).

refusal-compared = Lo que se ha enviado y lo que está registrado
refusal-parameter = Parámetro
refusal-sent = Enviado
refusal-registered = Registrado
refusal-nothing = nada
refusal-reference = Referencia <code>{ $reference }</code>. Quien opera este servidor la encuentra con <code>doorward audit list --event authorize.refused</code>.
