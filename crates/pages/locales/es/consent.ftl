### La página de consentimiento, y lo que otras preguntas comparten con ella.

consent-title = ¿Permitir { $client }?
consent-heading = ¿Permitir que <q>{ $client }</q> actúe en su nombre?
consent-title-identity = ¿Iniciar sesión en { $client }?
consent-heading-identity = ¿Iniciar sesión en <q>{ $client }</q>?

consent-application = Aplicación
consent-named-of = { $client } de <strong>{ $host }</strong>
consent-by-host = nombrada por este host
consent-local = en este equipo, sin verificar
consent-by-statement = avalada por { $issuer }
consent-by-itself = se registró a sí misma, sin verificar
consent-by-administrator = registrada por la administración
consent-answer-goes = La respuesta se envía a
consent-how-long = Por cuánto tiempo
consent-warn-loopback = <strong>Compruebe que ha sido usted quien ha comenzado.</strong> Cualquier programa de este equipo puede hacerse pasar por { $client }. Permita el acceso solo si acaba de iniciar la conexión.
consent-warn-document = La aplicación se describe a sí misma en <strong>{ $host }</strong>. Permita el acceso solo si conoce ese host y confía en él.
consent-warn-itself = <strong>Compruebe la dirección de arriba.</strong> La aplicación eligió su propio nombre y nadie lo ha verificado.

consent-version = Versión { $version }, según ella misma
consent-link-about = Acerca de ella, en { $host }
consent-link-policy = Su política de privacidad, en { $host }
consent-link-terms = Sus condiciones de servicio, en { $host }
consent-history = Conocida aquí
consent-first-time = La deja entrar por primera vez.
consent-since = Se la conoce aquí desde: { $since }.
consent-used = Desde: { $since }. La dejó entrar por última vez: { $used }.
consent-doubt-nameless = <strong>Su nombre no tiene letras.</strong> Guíese por la dirección de arriba, no por el nombre.
consent-doubt-looks-like = <strong>Esto no es { $known }.</strong> El nombre solo se le parece: está escrito con otros caracteres. Deniegue, salvo que sepa qué es.
consent-doubt-mixed = <strong>El nombre mezcla alfabetos.</strong> Las letras de igual aspecto se usan a menudo para hacerse pasar por otra aplicación. Guíese por la dirección de arriba, no por el nombre.
consent-before = { $client } ya tiene acceso. Lo nuevo está marcado; lo demás queda como está.

destination-web = { $host }
destination-loopback = un programa de este equipo
destination-application = la aplicación que abre los enlaces { $scheme }: en este equipo

lasts-refresh = como máximo { $most }, y hasta que pase { $idle } sin uso
lasts-hour = Una hora
lasts-day = Un día
lasts-week = Una semana
lasts-used = Mientras se use: { $lasts }
lasts-access = { $longest }; después vuelve a preguntar

consent-identity = Sabrá quién es usted
consent-identity-account = que usted tiene una cuenta aquí, con un identificador que es siempre el mismo
consent-identity-when = cuándo y cómo inició sesión
consent-identity-name = su nombre de inicio de sesión, <strong>{ $user }</strong>
consent-identity-only = No puede usar ninguno de los servidores de aquí.

consent-which-one = ¿Qué servidor puede usar?
consent-which-any = ¿Qué servidores puede usar?
consent-what = Lo que puede usar
consent-read-only = Dejar que solo lea: no podrá cambiar ni eliminar nada
consent-writes-new = poder cambiar cosas es nuevo
consent-next-time = La próxima vez
consent-remember = No volver a preguntar por lo mismo
consent-only-now = Solo esta vez: preguntarme de nuevo
consent-always-asked = Se le pregunta cada vez: otros programas podrían hacerse pasar por { $client }.
consent-allow = Permitir
consent-deny = Denegar
consent-choose = Elija qué puede usar la aplicación.
consent-choose-tool = Elija al menos una herramienta de cada servidor, o deniegue.
consent-too-many = Son más herramientas sueltas de las que caben en un token de acceso. Elija menos, o permítalas todas.

tools-only-these = Solo estas llamadas, nada más de este servidor:
tools-where = donde <code>{ $argument }</code> es { $values }
tools-and-where = y <code>{ $argument }</code> es { $values }
tools-or = { $one } o { $other }
tools-at-most = como máximo { $most }
tools-quoted = «{ $text }»
tools-before = ya tiene acceso aquí
tools-tick-every = Marcar todo
tools-tick-none = Desmarcar todo
tools-not-singly = solo con todas estas
tools-later = Todas estas incluye las herramientas que se añadan más adelante. En cuanto se desmarca una, solo cuentan las marcadas.
tools-open = Incluir { $server }
tools-too-many = Son demasiadas para nombrarlas aquí.
tools-all-or-none = Estas solo pueden permitirse en conjunto, con las que se añadan más adelante.
tools-new = nueva
tools-left-out = excluida hasta ahora
tools-news = { $count ->
    [one] 1 nueva
   *[other] { $count } nuevas
}
tools-carried = Algunas de sus herramientas no se pueden mostrar en este momento. Lo que estaba marcado y lo que no queda como estaba.
tools-unknown = La lista de sus herramientas no está disponible en este momento.
tools-unknown-writes = La lista de sus herramientas no está disponible en este momento. Puede incluir herramientas que cambian o eliminan cosas.
tools-none = No ofrece ninguna herramienta que esta solicitud abra.
tools-mark-read = lectura
tools-mark-write = escritura
tools-mark-destructive = destrucción
tools-read = { $count ->
    [one] Solo lee: 1 herramienta
   *[other] Solo leen: { $count } herramientas
}
tools-write = { $count ->
    [one] Cambia cosas: 1 herramienta
   *[other] Cambian cosas: { $count } herramientas
}
tools-destructive = { $count ->
    [one] Puede eliminar o sobrescribir, o no lo dice: 1 herramienta
   *[other] Pueden eliminar o sobrescribir, o no lo dicen: { $count } herramientas
}

consent-allowed-before = Ya ha permitido { $client }
consent-allowed-before-lead = La respuesta está en camino.
consent-collected-lead = La aplicación ha recogido su acceso. Puede cerrar esta página.
consent-uncollected = La aplicación no ha recogido su acceso
consent-uncollected-lead = Usted lo permitió, pero no llegó a tiempo.
consent-denied-before = Esto ya se ha denegado
consent-denied-before-lead = { $client } no ha obtenido acceso.
consent-not-kept = Este navegador no ha conservado su inicio de sesión
consent-not-kept-lead = Usted inició sesión, pero el navegador no lo comunicó a la página siguiente. Las ventanas dentro de otras aplicaciones a menudo no conservan cookies.
consent-not-kept-link = Dirección para copiar
consent-not-kept-you = Copie la dirección en su navegador habitual y continúe allí en un plazo de diez minutos. En este navegador, permita las cookies de este sitio e inicie sesión de nuevo.
consent-not-kept-next = Iniciar sesión aquí de nuevo
consent-stale = No se ha permitido nada
consent-stale-lead = La página correspondía a otro inicio de sesión.
consent-stale-next = Ver de nuevo la solicitud
consent-unreadable = No se puede leer esta respuesta
consent-unreadable-lead = No se puede leer el formulario.

whole-title = Todos los servidores
whole-note = Un solo acceso a todos los servidores que usted puede usar, también a los que se añadan después. En cuanto se desmarca algo, solo cuenta lo que está marcado aquí.
whole-none = No hay ningún servidor que usted pueda usar.
