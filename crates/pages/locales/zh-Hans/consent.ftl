### 授权确认页面，以及其他询问与它共用的部分。

consent-title = 允许 { $client }？
consent-heading = 允许 <q>{ $client }</q> 代表您操作？
consent-title-identity = 登录 { $client }？
consent-heading-identity = 登录 <q>{ $client }</q>？

consent-application = 应用
consent-named-of = <strong>{ $host }</strong> 的 { $client }
consent-by-host = 由该主机命名
consent-local = 在此计算机上，未经验证
consent-by-statement = 由 { $issuer } 担保
consent-by-itself = 自行注册，未经验证
consent-by-administrator = 由管理员登记
consent-answer-goes = 答复发送到
consent-how-long = 有效期
consent-warn-loopback = <strong>请确认这是您自己发起的。</strong>此计算机上的任何程序都可以自称 { $client }。仅当您刚刚开始连接时才允许。
consent-warn-document = 该应用在 <strong>{ $host }</strong> 上描述自己。仅当您了解并信任该主机时才允许。
consent-warn-itself = <strong>请检查上面的地址。</strong>名称由该应用自行选择，没有人验证过。

destination-web = { $host }
destination-loopback = 此计算机上的程序
destination-application = 在此计算机上打开 { $scheme }: 链接的应用

lasts-refresh = 最长 { $most }，连续 { $idle } 未使用即失效
lasts-access = { $longest }；之后会再次询问

consent-identity = 它将得知您是谁
consent-identity-account = 您在这里拥有账号，并以始终不变的标识符表示
consent-identity-when = 您何时以及如何登录
consent-identity-name = 您的登录名 <strong>{ $user }</strong>
consent-identity-only = 它不能使用这里的任何服务器。

consent-which-one = 它可以使用哪个服务器？
consent-which-any = 它可以使用哪些服务器？
consent-what = 它可以使用的内容
consent-read-only = 仅允许读取：它不能更改或删除任何内容
consent-allow = 允许
consent-deny = 拒绝
consent-choose = 请选择该应用可以使用的内容。
consent-choose-tool = 请在每个服务器中至少选择一个工具，或者拒绝。
consent-too-many = 单独选择的工具超出了访问令牌所能容纳的数量。请少选一些，或全部允许。

tools-only-these = 仅限以下调用，不包括此服务器的其他功能：
tools-where = 其中 <code>{ $argument }</code> 为 { $values }
tools-and-where = 且 <code>{ $argument }</code> 为 { $values }
tools-or = { $one } 或 { $other }
tools-at-most = 最多 { $most }
tools-quoted = “{ $text }”
tools-unknown = 目前无法获取其工具列表。
tools-unknown-writes = 目前无法获取其工具列表。其中可能包括会更改或删除内容的工具。
tools-none = 它没有此请求可以开放的工具。
tools-mark-read = 读取
tools-mark-write = 写入
tools-mark-destructive = 破坏性
tools-read = 仅读取：{ $count } 个工具
tools-write = 会更改内容：{ $count } 个工具
tools-destructive = 可能删除或覆盖，或未说明：{ $count } 个工具

consent-stale = 没有允许任何操作
consent-stale-lead = 此页面是为另一次登录生成的。
consent-stale-next = 再次查看该请求
consent-unreadable = 无法读取此答复
consent-unreadable-lead = 无法读取该表单。
