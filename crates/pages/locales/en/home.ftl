### The first page: which servers there are.

home-title = MCP servers
home-heading = MCP servers behind this door
home-lead = { -product } guards the MCP servers below. An application that connects to one of them sends you here to sign in and to decide what it may do.
endpoints-address = Address of the MCP server: <code>{ $resource }</code>
endpoints-how = How to connect a client
endpoints-connector = Add a custom connector with the address above. It must be reachable from the internet.
endpoints-in-file = <code>{ $text }</code> in <code>{ $file }</code>
endpoints-inspector = Choose Streamable HTTP and enter the address above.
endpoints-none = No server is configured yet.
home-account = Your account: applications, sessions, devices, password
