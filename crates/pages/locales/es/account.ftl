### Las páginas de la cuenta propia.

account-navigation = Su cuenta
account-overview = Resumen
account-connections = Aplicaciones conectadas
account-sessions = Sesiones
account-devices = Dispositivos
account-approvals = Respuestas recordadas
account-activity = Actividad
account-profile = Perfil
account-data = Sus datos

account-heading = Su cuenta, { $name }
account-lead = Vea qué actúa en su nombre y dónde ha iniciado sesión, y póngale fin.
account-count-connections = { $count ->
    [0] Ninguna aplicación actúa en su nombre.
    [one] Una aplicación actúa en su nombre.
   *[other] { $count } aplicaciones actúan en su nombre.
}
account-count-sessions = { $count ->
    [one] Solo ha iniciado sesión aquí.
   *[other] Ha iniciado sesión { $count } veces.
}
account-count-devices = { $count ->
    [0] No se conoce ningún dispositivo suyo.
    [one] Se conoce un dispositivo suyo.
   *[other] Se conocen { $count } dispositivos suyos.
}
account-count-approvals = { $count ->
    [0] No se recuerda ninguna respuesta.
    [one] Se recuerda una respuesta.
   *[other] Se recuerdan { $count } respuestas.
}

account-before = Las anteriores
account-behind = Más

account-connections-lead = Estas aplicaciones pueden usar servidores de aquí en su nombre. Cada entrada es una instalación. Lo que usted revoca deja de funcionar de inmediato y tiene que volver a preguntarle.
account-connections-none = Ninguna aplicación actúa en su nombre.
account-known = Cómo se la conoce
account-known-administrator = registrada por la administración
account-known-document = por su documento en <strong>{ $host }</strong>
account-known-vouched = avalada por { $issuer }
account-known-itself = se registró a sí misma, sin verificar
account-known-gone = ya no se conoce aquí
account-hosts = Las respuestas van a
account-host-web = { $host }
account-host-loopback = un programa de su equipo
account-host-application = la aplicación que abre los enlaces { $scheme }:
account-server = Servidor
account-scopes = Ámbitos
account-tools = { $count ->
    [one] Una herramienta
   *[other] { $count } herramientas
}
account-tools-more = { $count ->
    [one] y una más
   *[other] y { $count } más
}
account-tools-none = ninguna herramienta por el momento
account-tools-unknown = No se pueden enumerar sus herramientas en este momento.
account-mark-read = lee
account-mark-write = cambia
account-mark-destructive = puede eliminar
account-called = Llamado últimamente
account-called-at = { $count ->
    [one] de { $server }, una vez
   *[other] de { $server }, { $count } veces
}
account-called-nothing = nada
account-first-used = Conectada
account-last-used = Último uso
account-ends = Termina por sí sola
account-revoke = Revocar
account-revoke-all = Revocar todo

account-sessions-lead = Ha iniciado sesión en estos navegadores. Cierre lo que no conozca y cambie después su contraseña.
account-this-session = esta sesión
account-this-device = este dispositivo
account-browser-unknown = Un navegador desconocido
account-browser = { $program }
account-browser-on = { $program } en { $system }
account-address = Dirección
account-address-unknown = desconocida
account-signed-in-at = Inicio de sesión
account-seen = Última actividad, con unos minutos de margen
account-end = Cerrar esta sesión
account-end-others = Cerrar todas las demás sesiones
account-end-all = Cerrar sesión en todas partes
account-devices-lead = Ya ha iniciado sesión en estos dispositivos. Cada uno se recuerda durante { $memory } tras el último inicio de sesión. Ser recordado no abre nada: evita que quienes adivinan contraseñas en otros lugares le retrasen.
account-devices-none = No se recuerda ningún dispositivo.
account-first-sign-in = Primer inicio de sesión
account-last-sign-in = Último inicio de sesión
account-forgotten-at = Olvidado
account-forget-device = Olvidar este dispositivo

account-approvals-lead = Usted permitió esto y no se le vuelve a preguntar por lo mismo. Olvidar una respuesta no termina ninguna conexión; hace que la próxima solicitud pregunte.
account-approvals-none = No se recuerda ninguna respuesta.
account-approval-host = La respuesta va a
account-approved-at = Permitido
account-approval-tools = Solo estas herramientas
account-forget-approval = Olvidar esta respuesta

account-activity-lead = Lo que ha ocurrido en su cuenta, lo más reciente primero.
account-activity-everybody-lead = Lo que ha ocurrido en todas las cuentas, lo más reciente primero.
account-activity-none = No hay nada de este tipo en esta parte del registro.
account-when = Cuándo
account-outcome = Resultado
account-facts = Más
account-event = Suceso
account-event-all = Todos
account-everybody = Todos, no solo yo
account-show = Mostrar
account-older = Anteriores
account-outcome-allowed = permitido
account-outcome-denied = denegado
account-outcome-failed = fallido
account-fact-user = Usuario
account-fact-client = Aplicación
account-fact-server = Servidor
account-fact-tool = Herramienta
account-fact-address = Dirección
account-fact-reason = Por qué

account-name = Nombre de usuario
account-mail = Correo
account-role = Rol
account-role-member = Miembro
account-role-auditor = Auditor
account-role-administrator = Administrador
account-display-name = Cómo se le llama
account-display-name-label = Nombre visible
account-save = Guardar
account-password = Contraseña
account-password-lead = Una contraseña nueva termina todas las demás sesiones y todas las aplicaciones conectadas. Tendrán que conectarse de nuevo.
account-password-old = Contraseña anterior
account-password-new = Contraseña nueva
account-password-again = Contraseña nueva otra vez
account-password-hint = Al menos { $minimum } caracteres, y que no sea fácil de adivinar.
account-password-change = Cambiar la contraseña

account-download = Descarga
account-download-lead = Un archivo con todo lo que se guarda sobre usted, sin contraseñas ni claves.
account-download-button = Descargar sus datos
account-delete = Eliminar la cuenta
account-delete-lead = Se desconectan todas las aplicaciones y se cierra su sesión en todas partes. Se elimina su cuenta y lo que se guarda para ella. El registro de auditoría se conserva. Esto no se puede deshacer.
account-delete-name = Para confirmar, escriba su nombre de usuario: { $name }
account-delete-button = Eliminar mi cuenta
account-deleted = Su cuenta está eliminada
account-deleted-lead = Su sesión está cerrada y ya nada actúa aquí en su nombre.

account-done-revoked = La aplicación está desconectada.
account-done-all-revoked = Todas las aplicaciones están desconectadas.
account-done-ended = La sesión está cerrada.
account-done-others-ended = Todas las demás sesiones están cerradas.
account-done-device = El dispositivo está olvidado.
account-done-approval = La respuesta está olvidada.
account-done-named = Su nombre está guardado.
account-done-password = Su contraseña está cambiada. Todas las demás sesiones están cerradas.

account-not-done = No se ha hecho nada
account-back = Volver a su cuenta
account-stale = La página está desactualizada: ha iniciado sesión de nuevo desde entonces, o se abrió en otra sesión. Cárguela otra vez.
account-error-not-there = No hay nada así en su cuenta. Quizá ya no exista.
account-error-wrong-password = La contraseña anterior no es correcta.
account-error-no-password = Su cuenta no tiene contraseña.
account-error-different = Las dos contraseñas nuevas no coinciden.
account-error-name = Un nombre visible tiene al menos un carácter visible.
account-error-too-many = Ha habido demasiados intentos. Espere un momento y vuelva a intentarlo.
account-error-busy = Demasiadas personas a la vez. Espere un momento y vuelva a intentarlo.
account-error-last-administrator = Usted es el último administrador que puede iniciar sesión. Nombre antes administrador a otra persona.
account-error-unconfirmed = Escriba su nombre de usuario exactamente como es.
