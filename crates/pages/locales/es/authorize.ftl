### Solicitudes de autorización que no llegan a su página.

authorize-again-you = Vuelva a la aplicación que le ha enviado aquí y comience de nuevo la conexión.
authorize-done-you = Vuelva a la aplicación. Si todavía no está conectada, comience allí de nuevo la conexión.
authorize-add-again-you = No continúe si le ha traído aquí un enlace en un mensaje. Si no es así, quite este servidor de la aplicación y añádalo de nuevo.

authorize-unreadable = No se puede leer esta solicitud
authorize-malformed = La codificación de la solicitud no es válida (porcentajes o UTF-8).
authorize-too-long = La solicitud es demasiado larga.
authorize-unusable = Esta solicitud no se puede usar
authorize-uri-unknown = La request_uri no se emitió aquí para esta aplicación.
authorize-uri-expired = La request_uri ha caducado.
authorize-uri-used = La request_uri ya se ha usado.
authorize-no-link = Este enlace no funciona
authorize-no-link-lead = Este enlace no se creó aquí.
authorize-expired = Esta solicitud ha caducado
authorize-expired-lead = La solicitud ha caducado.
authorize-answered = Esta solicitud ya se ha respondido
authorize-answered-lead = La solicitud ya se respondió antes.

authorize-nameless = ¿Qué aplicación pregunta?
authorize-nameless-lead = La solicitud no dice de qué aplicación procede (client_id).
authorize-nameless-developer = Envíe exactamente un client_id.

authorize-unknown = Esta aplicación no está registrada aquí
authorize-unknown-lead = La aplicación no está registrada aquí.
authorize-unregistered-lead = La solicitud nombra una aplicación que no está registrada aquí, o que ya no lo está.
authorize-unknown-you = Quite este servidor de la aplicación y añádalo de nuevo: entonces se registra otra vez. Los registros que nadie ha usado se eliminan al cabo de un tiempo, y la administración puede revocar uno.
authorize-unknown-developer = Regístrese de nuevo en el punto de registro y use el nuevo client_id. El punto de tokens responde 401 invalid_client a uno desconocido.
authorize-unknown-operator = <code>doorward client list</code> muestra quién está registrado. Si las aplicaciones pueden registrarse a sí mismas lo decide <code>registration.dynamic</code>.
authorize-unknown-operator-document = Si una aplicación puede conocerse por la dirección de su documento lo decide <code>registration.client_id_metadata.enabled</code>; esa dirección tiene una ruta y ninguna consulta. <code>doorward client list</code> muestra quién fue revocado.

authorize-nowhere-to = ¿Adónde debe ir la respuesta?
authorize-nowhere-to-lead = La solicitud no dice adónde va la respuesta (redirect_uri).
authorize-nowhere-to-developer = Envíe exactamente una redirect_uri.

authorize-mismatch = La respuesta iría a un lugar desconocido
authorize-mismatch-lead = La respuesta iría a una dirección que la aplicación no ha registrado.
authorize-mismatch-developer = La redirect_uri debe ser una de las registradas, byte por byte; en loopback el puerto puede ser otro.
authorize-mismatch-operator = <code>doorward client show { $client }</code> muestra el registro. Si la aplicación se ha mudado y usted conoce su nueva dirección, regístrela de nuevo con <code>doorward client add NOMBRE --redirect-uri DIRECCIÓN</code> y dele el nuevo client_id.
authorize-mismatch-operator-itself = La aplicación se registró a sí misma. Tras <code>doorward client revoke { $client }</code> se registra de nuevo.
authorize-mismatch-operator-document = Las direcciones proceden del documento <code>{ $document }</code>; aquí no hay nada que cambiar.

authorize-unmet = Esta solicitud no se puede atender
authorize-unmet-developer = Un objeto de solicitud debe estar firmado para este emisor con una clave de la aplicación y se usa una sola vez. Si lo acompaña redirect_uri, la respuesta va allí.

authorize-uncarried = Esta solicitud no se puede transportar
authorize-uncarried-lead = El parámetro state tiene más de 2048 bytes.
authorize-uncarried-developer = Mantenga state dentro de 2048 bytes.

document-host = Host
document-address = Documento de metadatos de la aplicación
document-denied = Esta aplicación no se acepta aquí
document-denied-lead = Las aplicaciones de este host no se aceptan aquí.
document-denied-you = Diríjase a la administración de este servidor si la necesita.
document-denied-administrator = Los hosts se admiten y se excluyen en <code>registration.client_id_metadata</code>: añada <code>{ $host }</code> a <code>allow</code> y quite de <code>deny</code> lo que coincida con él.
document-unchecked = Esta aplicación no se puede comprobar en este momento
document-often-lead = Se han pedido demasiados documentos; vuelva a intentarlo en un minuto.
document-many-lead = Demasiadas aplicaciones nuevas a la vez; vuelva a intentarlo en un minuto.
document-often-you = Espere un minuto y vuelva a cargar esta página, o inicie sesión primero en este servidor: así las solicitudes de otras personas de su red no le retrasan.
document-often-developer = Por lo que se sabe, el documento está bien: no se ha pedido.
document-fault-you = Vuelva a intentarlo en unos minutos. No se ha cambiado nada.
document-fault-operator = Este servidor accede a { $host } por sí mismo, sin proxy: compruebe que su nombre se resuelve y que el cortafuegos le deja salir.
document-fault-developer = Sirva el documento como JSON simple con estado 200, en 5 segundos y 64 KiB como máximo, en una dirección pública y sin redirección.
document-slow = El host no ha respondido a tiempo.
document-large = El documento supera los { $limit } bytes.
document-redirect = El host ha respondido con una redirección, que no se sigue.
document-private = El host tiene una dirección a la que no se debe acceder.
document-unreachable = No se puede acceder al host.
document-certificate = El host no tiene un certificado válido.
document-status = El host ha respondido con el estado { $status } en lugar de 200.
document-not-json = El host no ha respondido con un documento JSON simple.
document-broken = El host ha interrumpido la conexión o no hablaba HTTP.
document-wrong = Esta aplicación se describe de forma incorrecta
document-wrong-you = No continúe si le ha traído aquí un enlace en un mensaje. Si no es así, avise a quien desarrolla la aplicación.
document-wrong-developer = El documento debe indicar su propia dirección como client_id, un client_name y redirect_uris, y ningún secreto.
document-not-an-object = El documento no es un objeto JSON.
document-other-client = El documento trata de un client_id distinto de su propia dirección.
document-secret = El documento contiene un secreto de cliente, que cualquiera podría leer.
document-nameless = El documento no tiene client_name.
document-method = El documento no ofrece ningún método de autenticación que aquí funcione sin un secreto.
document-unacceptable = El documento no es aceptable: { $reason }.
