### 说明发生了什么以及该怎么做的页面。

message-what-to-do = 该怎么做
message-you = 您
message-developer = 应用的开发者
message-operator = 服务器的运营者
message-administrator = 管理员
message-again = 请稍后再试
message-again-you = 请等待几秒钟，然后重新加载此页面。
message-storage = { -product } 目前无法访问其存储。
message-reload = 请返回，重新加载页面，然后再试一次。
message-restart = 请返回应用，重新开始连接。

message-cross-site = 这不是从此页面发出的
message-cross-site-lead = 您的浏览器发送了由其他网站生成的表单，或者没有说明表单的来源。没有执行任何操作。
message-cross-site-you = 如果您按下的是本网站上的按钮，请重新加载页面后再试一次。
message-cross-site-operator = 浏览器中的地址必须是配置的 public_url。

form-unreadable = 无法读取此表单
form-media-type = 正文必须是 application/x-www-form-urlencoded。
form-too-large = 正文过大。
form-interrupted = 正文没有完整送达。
form-malformed = 正文的编码（百分号编码或 UTF-8）无效。

refusal-compared = 发送的内容与登记的内容
refusal-parameter = 参数
refusal-sent = 已发送
refusal-registered = 已登记
refusal-nothing = 无
refusal-reference = 参考编号 <code>{ $reference }</code>。服务器的运营者可用 <code>doorward audit list --event authorize.refused</code> 查到。
