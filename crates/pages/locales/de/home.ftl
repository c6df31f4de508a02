### Die erste Seite: welche Server es gibt.

home-title = MCP-Server
home-heading = MCP-Server hinter dieser Tür
home-lead = { -product } bewacht die folgenden MCP-Server. Eine Anwendung, die sich mit einem von ihnen verbindet, schickt Sie hierher, damit Sie sich anmelden und entscheiden, was sie darf.
endpoints-address = Adresse des MCP-Servers: <code>{ $resource }</code>
endpoints-how = So verbinden Sie eine Anwendung
endpoints-connector = Fügen Sie einen eigenen Connector mit der Adresse oben hinzu. Sie muss aus dem Internet erreichbar sein.
endpoints-in-file = <code>{ $text }</code> in <code>{ $file }</code>
endpoints-inspector = Wählen Sie Streamable HTTP und geben Sie die Adresse oben ein.
endpoints-none = Es ist noch kein Server eingerichtet.
home-account = Ihr Konto: Anwendungen, Sitzungen, Geräte, Passwort
