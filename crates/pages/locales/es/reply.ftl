### Una página que lleva una respuesta a su aplicación.

reply-done = Casi listo
reply-done-lead = La respuesta está lista para enviarse.
reply-goes = Se envía a: <strong>{ $destination }</strong>. Si no ocurre nada, pulse el botón.
reply-fault = La aplicación ha enviado una solicitud que no se puede atender
reply-asks = La aplicación pide que se le avise aquí: <strong>{ $destination }</strong>. Vaya allí solo si conoce ese destino: cualquiera puede hacer que una aplicación envíe solicitudes así.
reply-again = Si la aplicación no se ha dado cuenta, vaya allí otra vez: <strong>{ $destination }</strong>.
reply-link = Continuar a: { $destination }
reply-button = Continuar
