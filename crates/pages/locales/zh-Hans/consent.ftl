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

consent-version = 版本 { $version }（自称）
consent-link-about = 关于它，位于 { $host }
consent-link-policy = 其隐私政策，位于 { $host }
consent-link-terms = 其服务条款，位于 { $host }
consent-history = 在此处的记录
consent-first-time = 这是您第一次允许它进入。
consent-since = 自 { $since } 起在此处为人所知。
consent-used = 自 { $since } 起。您最近一次允许它进入是在 { $used }。
consent-doubt-nameless = <strong>其名称中没有文字。</strong>请以上面的地址为准，而不是名称。
consent-doubt-looks-like = <strong>这不是 { $known }。</strong>名称只是看起来相像：它由其他字符写成。除非您清楚它是什么，否则请拒绝。
consent-doubt-mixed = <strong>名称混用了不同的字母表。</strong>外观相同的字母常被用来冒充其他应用。请以上面的地址为准，而不是名称。
consent-before = { $client } 已经拥有访问权限。新增的内容已标出；其余保持不变。

destination-web = { $host }
destination-loopback = 此计算机上的程序
destination-application = 在此计算机上打开 { $scheme }: 链接的应用

lasts-refresh = 最长 { $most }，连续 { $idle } 未使用即失效
lasts-hour = 一小时
lasts-day = 一天
lasts-week = 一周
lasts-used = 只要仍在使用：{ $lasts }
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
consent-writes-new = 更改内容的权限是新增的
consent-next-time = 下一次
consent-remember = 对相同的请求不再询问
consent-only-now = 仅此一次：下次再问我
consent-always-asked = 每次都会询问您：其他程序可能会冒充 { $client }。
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
tools-before = 它在这里已有访问权限
tools-tick-every = 全选
tools-tick-none = 全不选
tools-not-singly = 仅能与以下全部一起
tools-later = “全部”包括以后添加的工具。只要取消其中一个，就只有已勾选的才有效。
tools-open = 包括 { $server }
tools-too-many = 数量太多，无法在此一一列出。
tools-all-or-none = 这些只能一并允许，包括以后添加的工具。
tools-new = 新增
tools-left-out = 此前未包括
tools-news = 新增 { $count } 个
tools-carried = 目前无法显示其部分工具。已勾选和未勾选的内容保持不变。
tools-unknown = 目前无法获取其工具列表。
tools-unknown-writes = 目前无法获取其工具列表。其中可能包括会更改或删除内容的工具。
tools-none = 它没有此请求可以开放的工具。
tools-mark-read = 读取
tools-mark-write = 写入
tools-mark-destructive = 破坏性
tools-read = 仅读取：{ $count } 个工具
tools-write = 会更改内容：{ $count } 个工具
tools-destructive = 可能删除或覆盖，或未说明：{ $count } 个工具

consent-allowed-before = 您已允许 { $client }
consent-allowed-before-lead = 答复正在发送途中。
consent-collected-lead = 该应用已取得其访问权限。您可以关闭此页面。
consent-uncollected = 该应用没有取走其访问权限
consent-uncollected-lead = 您已允许，但它没有及时前来领取。
consent-denied-before = 这已被拒绝
consent-denied-before-lead = { $client } 没有获得访问权限。
consent-not-kept = 此浏览器没有保留您的登录
consent-not-kept-lead = 您已登录，但浏览器没有将其带到下一个页面。其他应用内嵌的窗口往往不保留 Cookie。
consent-not-kept-link = 可复制的地址
consent-not-kept-you = 请将该地址复制到您常用的浏览器，并在十分钟内在那里继续。若使用此浏览器，请允许本网站的 Cookie，然后重新登录。
consent-not-kept-next = 在这里重新登录
consent-stale = 没有允许任何操作
consent-stale-lead = 此页面是为另一次登录生成的。
consent-stale-next = 再次查看该请求
consent-unreadable = 无法读取此答复
consent-unreadable-lead = 无法读取该表单。

whole-title = 所有服务器
whole-note = 对您可以使用的所有服务器的一次性访问，包括以后添加的服务器。一旦取消勾选任何一项，就只有此处勾选的内容有效。
whole-none = 没有您可以使用的服务器。
