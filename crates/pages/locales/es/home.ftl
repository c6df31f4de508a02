### La primera página: qué servidores hay.

home-title = Servidores MCP
home-heading = Los servidores MCP detrás de esta puerta
home-lead = { -product } protege los servidores MCP siguientes. Una aplicación que se conecta a uno de ellos le envía aquí para que inicie sesión y decida qué puede hacer.
endpoints-address = Dirección del servidor MCP: <code>{ $resource }</code>
endpoints-how = Cómo conectar una aplicación
endpoints-connector = Añada un conector personalizado con la dirección de arriba. Debe ser accesible desde Internet.
endpoints-in-file = <code>{ $text }</code> en <code>{ $file }</code>
endpoints-inspector = Elija Streamable HTTP e introduzca la dirección de arriba.
endpoints-none = Todavía no hay ningún servidor configurado.
home-account = Su cuenta: aplicaciones, sesiones, dispositivos, contraseña
