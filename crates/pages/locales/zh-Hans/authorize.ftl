### 未能到达页面的授权请求。

authorize-again-you = 请返回将您带到这里的应用，重新开始连接。
authorize-done-you = 请返回应用。如果仍未连接，请在那里重新开始连接。
authorize-add-again-you = 如果是消息中的链接将您带到这里，请不要继续。否则，请从应用中移除此服务器，然后重新添加。

authorize-unreadable = 无法读取此请求
authorize-malformed = 请求的编码（百分号编码或 UTF-8）无效。
authorize-too-long = 请求过长。
authorize-unusable = 此请求无法使用
authorize-uri-unknown = 该 request_uri 不是在这里为此应用签发的。
authorize-uri-expired = 该 request_uri 已过期。
authorize-uri-used = 该 request_uri 已被使用。
authorize-no-link = 此链接无效
authorize-no-link-lead = 此链接不是在这里生成的。
authorize-expired = 此请求已过期
authorize-expired-lead = 该请求已过期。
authorize-answered = 此请求已得到答复
authorize-answered-lead = 该请求此前已得到答复。

authorize-nameless = 是哪个应用在请求？
authorize-nameless-lead = 该请求没有说明它来自哪个应用（client_id）。
authorize-nameless-developer = 请恰好发送一个 client_id。

authorize-unknown = 此应用未在这里登记
authorize-unknown-lead = 该应用未在这里登记。
authorize-unregistered-lead = 该请求所指的应用未在这里登记，或已不再登记。
authorize-unknown-you = 请从应用中移除此服务器，然后重新添加：届时它会重新注册。无人使用的登记会在一段时间后删除，管理员也可以撤销登记。
authorize-unknown-developer = 请在注册端点重新注册，并使用新的 client_id。对于未知的 client_id，令牌端点会答复 401 invalid_client。
authorize-unknown-operator = <code>doorward client list</code> 显示已登记的客户端。应用能否自行注册由 <code>registration.dynamic</code> 决定。
authorize-unknown-operator-document = 应用能否以其文档的地址作为标识由 <code>registration.client_id_metadata.enabled</code> 决定；这样的地址必须有路径，且不带查询。<code>doorward client list</code> 显示已撤销的客户端。

authorize-nowhere-to = 答复应发送到哪里？
authorize-nowhere-to-lead = 该请求没有说明答复发送到哪里（redirect_uri）。
authorize-nowhere-to-developer = 请恰好发送一个 redirect_uri。

authorize-mismatch = 答复将发送到未知的地方
authorize-mismatch-lead = 答复将发送到该应用没有登记的地址。
authorize-mismatch-developer = redirect_uri 必须与某个已登记的逐字节相同；在环回地址上，端口可以不同。
authorize-mismatch-operator = <code>doorward client show { $client }</code> 显示登记内容。如果该应用已迁移，并且您确知其新地址，请用 <code>doorward client add 名称 --redirect-uri 地址</code> 重新登记，并把新的 client_id 交给它。
authorize-mismatch-operator-itself = 该应用是自行注册的。执行 <code>doorward client revoke { $client }</code> 后，它会重新注册。
authorize-mismatch-operator-document = 这些地址来自文档 <code>{ $document }</code>；这里无需更改任何内容。

authorize-unmet = 此请求无法满足
authorize-unmet-developer = 请求对象必须用应用的密钥为此签发者签名，并且只能使用一次。如果同时带有 redirect_uri，答复会发送到那里。

authorize-uncarried = 此请求无法传递
authorize-uncarried-lead = state 参数超过 2048 字节。
authorize-uncarried-developer = 请将 state 控制在 2048 字节以内。

document-host = 主机
document-address = 客户端元数据文档
document-denied = 此应用在这里不被接受
document-denied-lead = 这里不接受该主机的应用。
document-denied-you = 如果您需要它，请联系此服务器的管理员。
document-denied-administrator = 主机的允许与拒绝在 <code>registration.client_id_metadata</code> 中设置：请把 <code>{ $host }</code> 加入 <code>allow</code>，并从 <code>deny</code> 中去掉与之匹配的条目。
document-unchecked = 目前无法检查此应用
document-often-lead = 请求的文档过多；请一分钟后再试。
document-many-lead = 一次出现的新应用过多；请一分钟后再试。
document-often-you = 请等待一分钟后重新加载此页面，或先登录此服务器：这样您所在网络中其他人的请求就不会妨碍您。
document-often-developer = 就目前所知，该文档没有问题：只是没有去获取它。
document-fault-you = 请几分钟后再试。没有更改任何内容。
document-fault-operator = 此服务器不经代理，直接访问 { $host }：请检查其名称能否解析，以及防火墙是否允许出站访问。
document-fault-developer = 请以状态 200 的普通 JSON 提供该文档，在 5 秒和 64 KiB 以内，使用公开地址且不重定向。
document-slow = 该主机没有及时响应。
document-large = 该文档大于 { $limit } 字节。
document-redirect = 该主机以重定向答复，而重定向不会被跟随。
document-private = 该主机的地址是不允许访问的。
document-unreachable = 无法访问该主机。
document-certificate = 该主机没有有效的证书。
document-status = 该主机以状态 { $status } 而不是 200 答复。
document-not-json = 该主机没有以普通 JSON 文档答复。
document-broken = 该主机中断了连接，或使用的不是 HTTP。
document-wrong = 此应用对自身的描述有误
document-wrong-you = 如果是消息中的链接将您带到这里，请不要继续。否则，请告知该应用的开发者。
document-wrong-developer = 该文档必须以自己的地址作为 client_id，并写明 client_name 和 redirect_uris，且不含任何秘密信息。
document-not-an-object = 该文档不是 JSON 对象。
document-other-client = 该文档中的 client_id 与其自身的地址不同。
document-secret = 该文档包含任何人都能读到的客户端密钥。
document-nameless = 该文档没有 client_name。
document-method = 该文档没有提供在这里无需密钥即可使用的认证方式。
document-unacceptable = 该文档不能接受：{ $reason }。
