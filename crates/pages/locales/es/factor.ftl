factor-title = Confirme que es usted
factor-who = Está iniciando sesión como <strong>{ $user }</strong>. Un paso más.
factor-code = Código de su aplicación de autenticación
factor-code-label = Seis dígitos
factor-button = Continuar
factor-recovery = Usar en su lugar un código de recuperación
factor-recovery-label = Código de recuperación
factor-recovery-rule = Cada código funciona una vez. Los guiones y las mayúsculas no importan.
factor-passkey = Clave de acceso
factor-passkey-lead = Use su huella, su rostro o el PIN de su dispositivo o llave de seguridad.
factor-passkey-button = Usar una clave de acceso
factor-other-person = Iniciar sesión con otra cuenta
factor-refused = No es correcto o ya se ha usado. Espere al siguiente código y vuelva a intentarlo.
factor-stale = Esta página ha estado abierta demasiado tiempo. Aquí tiene una nueva: quite la entrada antigua de la aplicación y comience de nuevo.
factor-lost = Este inicio de sesión no puede continuar aquí
factor-lost-lead = Se comenzó en otro navegador o hace más de diez minutos. No se ha hecho nada.
factor-again = Iniciar sesión desde el principio

enrol-title = Añada una segunda forma de demostrar que es usted
enrol-lead = Aquí no basta solo con una contraseña, <strong>{ $user }</strong>. Añada ahora una de estas; a partir de entonces se le pedirá al iniciar sesión.
enrol-passkey = Clave de acceso
enrol-passkey-lead = Una clave de acceso la guarda su dispositivo, su gestor de contraseñas o una llave de seguridad. No se puede adivinar y no sirve de nada en un sitio falso.
enrol-passkey-button = Crear una clave de acceso
enrol-code = Aplicación de autenticación
enrol-code-button = Añadir la aplicación

totp-scan = Escanee esta imagen con su aplicación de autenticación.
totp-picture = Código QR con la clave para la aplicación
totp-here = Abrir en su lugar la aplicación en este dispositivo
totp-text = O escriba esta clave:
totp-type = Escriba los seis dígitos que muestra la aplicación.

passkey-name = Cómo llamarla
passkey-failed = No ha funcionado. Vuelva a intentarlo o elija otra forma.
passkey-known = Este dispositivo ya tiene aquí una clave de acceso suya.
passkey-script = Las claves de acceso necesitan JavaScript, que está desactivado en este navegador.
passkey-off = Las claves de acceso no se usan aquí.
passkey-elsewhere = Las claves de acceso no funcionan en esta dirección.
passkey-elsewhere-link = Abrir esta página en { $host }
passkey-unverified = Su dispositivo no comprobó quién lo usa. Configure en él un PIN, una huella o su rostro y vuelva a intentarlo.
passkey-algorithm = Aquí no se aceptan claves de este tipo. Use otro dispositivo u otra llave de seguridad.
passkey-copied = Esta clave de acceso se ha usado en otro lugar con el mismo nombre, por lo que ya no se acepta. Inicie sesión de otra forma y sustitúyala.
passkey-elsewhere-used = Esta clave de acceso se usó en otro sitio. No se ha hecho nada.
passkey-many = Tiene tantas claves de acceso como se pueden guardar. Quite antes una que no necesite.
passkey-stale = Esta página ha estado abierta demasiado tiempo o se envió dos veces. Vuelva a intentarlo.
passkey-unknown = Esta clave de acceso no se conoce aquí o no es suya.

sign-in-passkey = Iniciar sesión con una clave de acceso

codes-title = Sus códigos de recuperación
codes-lead = Con uno de estos códigos podrá entrar si pierde su clave de acceso o su aplicación de autenticación. Cada uno funciona una vez. Guárdelos junto a sus contraseñas o imprima esta página.
codes-once = Solo se muestran ahora.
codes-next = Los he guardado

security-title = Inicio de sesión y seguridad
security-lead = Cómo inicia sesión <strong>{ $user }</strong>.
security-few = { $count ->
    [0] No le queda ningún código de recuperación. Cree otros nuevos antes de necesitarlos.
    [one] Le queda un código de recuperación. Cree otros nuevos antes de necesitarlos.
   *[other] Le quedan { $count } códigos de recuperación. Cree otros nuevos antes de necesitarlos.
}
security-passkeys = Claves de acceso
security-no-passkeys = No tiene ninguna.
security-add-passkey = Añadir una clave de acceso
security-synced = Puede estar en varios de sus dispositivos.
security-one-device = En un solo dispositivo.
security-added = Añadida el { $day }.
security-used = Usada por última vez el { $day }.
security-unused = Aún no usada.
security-rename = Cambiar el nombre
security-remove = Quitar
security-app = Aplicación de autenticación
security-no-app = No tiene ninguna.
security-add-app = Añadir una aplicación
security-codes = Códigos de recuperación
security-codes-left = { $count ->
    [0] No queda ninguno.
    [one] Queda uno.
   *[other] Quedan { $count }.
}
security-new-codes = Crear códigos nuevos
security-fresh = Los cambios requieren un inicio de sesión de menos de diez minutos. Quitar algo cierra sus demás sesiones.
security-demanded = Quien opera este servidor exige un segundo factor. Añada otro antes de quitar este.
security-back = Volver a inicio de sesión y seguridad
security-add-title = Añadir una forma de iniciar sesión
