### La première page : quels serveurs existent.

home-title = Serveurs MCP
home-heading = Les serveurs MCP derrière cette porte
home-lead = { -product } protège les serveurs MCP ci-dessous. Une application qui se connecte à l’un d’eux vous envoie ici pour vous identifier et décider de ce qu’elle peut faire.
endpoints-address = Adresse du serveur MCP : <code>{ $resource }</code>
endpoints-how = Comment connecter une application
endpoints-connector = Ajoutez un connecteur personnalisé avec l’adresse ci-dessus. Elle doit être accessible depuis Internet.
endpoints-in-file = <code>{ $text }</code> dans <code>{ $file }</code>
endpoints-inspector = Choisissez Streamable HTTP et saisissez l’adresse ci-dessus.
endpoints-none = Aucun serveur n’est encore configuré.
home-account = Votre compte : applications, sessions, appareils, mot de passe
