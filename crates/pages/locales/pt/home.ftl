### A primeira página: quais servidores existem.

home-title = Servidores MCP
home-heading = Servidores MCP atrás desta porta
home-lead = { -product } protege os servidores MCP abaixo. Um aplicativo que se conecta a um deles envia você para cá, para entrar e decidir o que ele pode fazer.
endpoints-address = Endereço do servidor MCP: <code>{ $resource }</code>
endpoints-how = Como conectar um aplicativo
endpoints-connector = Adicione um conector personalizado com o endereço acima. Ele precisa ser acessível pela internet.
endpoints-in-file = <code>{ $text }</code> em <code>{ $file }</code>
endpoints-inspector = Escolha Streamable HTTP e informe o endereço acima.
endpoints-none = Nenhum servidor está configurado ainda.
home-account = Sua conta: aplicativos, sessões, dispositivos, senha
