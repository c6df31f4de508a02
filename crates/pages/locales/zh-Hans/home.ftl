### 首页：有哪些服务器。

home-title = MCP 服务器
home-heading = 这扇门后的 MCP 服务器
home-lead = { -product } 保护着以下 MCP 服务器。连接其中任何一个的应用都会将您带到这里，由您登录并决定它可以做什么。
endpoints-address = MCP 服务器的地址：<code>{ $resource }</code>
endpoints-how = 如何连接客户端
endpoints-connector = 请用上面的地址添加自定义连接器。该地址必须能从互联网访问。
endpoints-in-file = 在 <code>{ $file }</code> 中写入 <code>{ $text }</code>
endpoints-inspector = 选择 Streamable HTTP，并输入上面的地址。
endpoints-none = 尚未配置任何服务器。
home-account = 您的账号：应用、会话、设备、密码
