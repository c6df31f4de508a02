### 个人账号的页面。

account-navigation = 您的账号
account-overview = 概览
account-connections = 已连接的应用
account-sessions = 会话
account-devices = 设备
account-approvals = 已记住的答复
account-activity = 活动
account-profile = 个人资料
account-data = 您的数据

account-heading = 您的账号，{ $name }
account-lead = 查看哪些应用在代表您操作、您在哪里登录，并可随时切断。
account-count-connections = { $count ->
    [0] 没有应用在代表您操作。
   *[other] 有 { $count } 个应用在代表您操作。
}
account-count-sessions = { $count ->
    [1] 您只在这里登录。
   *[other] 您共有 { $count } 处登录。
}
account-count-devices = { $count ->
    [0] 没有已知属于您的设备。
   *[other] 有 { $count } 台已知属于您的设备。
}
account-count-approvals = { $count ->
    [0] 没有已记住的答复。
   *[other] 有 { $count } 个已记住的答复。
}

account-before = 上一部分
account-behind = 更多

account-connections-lead = 这些应用可以以您的名义使用这里的服务器。每一项是一个安装。您撤销的应用会立即失效，必须重新向您请求。
account-connections-none = 没有应用在代表您操作。
account-known = 如何为此处所知
account-known-administrator = 由管理员登记
account-known-document = 通过其位于 <strong>{ $host }</strong> 的文档
account-known-vouched = 由 { $issuer } 担保
account-known-itself = 自行注册，未经验证
account-known-gone = 此处已不再登记
account-hosts = 答复发送到
account-host-web = { $host }
account-host-loopback = 您计算机上的程序
account-host-application = 打开 { $scheme }: 链接的应用
account-server = 服务器
account-scopes = 权限范围
account-tools = { $count } 个工具
account-tools-more = 另有 { $count } 个
account-tools-none = 目前没有工具
account-tools-unknown = 目前无法列出其工具。
account-mark-read = 读取
account-mark-write = 更改
account-mark-destructive = 可能删除
account-called = 最近的调用
account-called-at = { $server }，{ $count } 次
account-called-nothing = 无
account-first-used = 连接时间
account-last-used = 最近使用
account-ends = 自动结束
account-revoke = 撤销
account-revoke-all = 全部撤销

account-sessions-lead = 您在以下浏览器中登录。请结束您不认识的会话，然后更改密码。
account-this-session = 此会话
account-this-device = 此设备
account-browser-unknown = 未知浏览器
account-browser = { $program }
account-browser-on = { $system } 上的 { $program }
account-address = 地址
account-address-unknown = 未知
account-signed-in-at = 登录时间
account-seen = 最近活动（误差数分钟）
account-end = 结束此会话
account-end-others = 结束所有其他会话
account-end-all = 在所有位置退出登录
account-devices-lead = 您曾在这些设备上登录。每台设备在最后一次登录后会被记住 { $memory }。被记住并不会开放任何权限：它使您不会因他人在别处猜测密码而受到拖延。
account-devices-none = 没有已记住的设备。
account-first-sign-in = 首次登录
account-last-sign-in = 最近登录
account-forgotten-at = 忘记时间
account-forget-device = 忘记此设备

account-approvals-lead = 您允许过这些内容，对相同的请求不再询问。忘记某个答复不会结束任何连接；下一次请求会重新询问。
account-approvals-none = 没有已记住的答复。
account-approval-host = 答复发送到
account-approved-at = 允许时间
account-approval-tools = 仅限这些工具
account-forget-approval = 忘记此答复

account-activity-lead = 您的账号中发生的事情，最新的在前。
account-activity-everybody-lead = 所有账号中发生的事情，最新的在前。
account-activity-none = 记录的这一部分中没有此类内容。
account-when = 时间
account-outcome = 结果
account-facts = 更多
account-event = 事件
account-event-all = 全部
account-everybody = 所有人，不仅是我
account-show = 显示
account-older = 更早
account-outcome-allowed = 已允许
account-outcome-denied = 已拒绝
account-outcome-failed = 失败
account-fact-user = 用户
account-fact-client = 应用
account-fact-server = 服务器
account-fact-tool = 工具
account-fact-address = 地址
account-fact-reason = 原因

account-name = 用户名
account-mail = 邮箱
account-role = 角色
account-role-member = 成员
account-role-auditor = 审计员
account-role-administrator = 管理员
account-display-name = 您的称呼
account-display-name-label = 显示名称
account-save = 保存
account-password = 密码
account-password-lead = 设置新密码会结束所有其他会话和所有已连接的应用。它们必须重新连接。
account-password-old = 旧密码
account-password-new = 新密码
account-password-again = 再次输入新密码
account-password-hint = 至少 { $minimum } 个字符，且不易被猜到。
account-password-change = 更改密码

account-download = 下载
account-download-lead = 包含所存储的关于您的全部内容的文件，不含密码和密钥。
account-download-button = 下载您的数据
account-delete = 删除账号
account-delete-lead = 所有应用都会断开，您会在所有位置退出登录。您的账号及为其存储的内容会被删除。审计日志会保留。此操作无法撤消。
account-delete-name = 为确认，请输入您的用户名：{ $name }
account-delete-button = 删除我的账号
account-deleted = 您的账号已删除
account-deleted-lead = 您已退出登录，这里不再有任何应用代表您操作。

account-done-revoked = 该应用已断开。
account-done-all-revoked = 所有应用已断开。
account-done-ended = 该会话已结束。
account-done-others-ended = 所有其他会话已结束。
account-done-device = 该设备已被忘记。
account-done-approval = 该答复已被忘记。
account-done-named = 您的名称已保存。
account-done-password = 您的密码已更改。所有其他会话已结束。

account-not-done = 没有执行任何操作
account-back = 返回您的账号
account-stale = 此页面已过时：您此后重新登录过，或者它是在另一个会话中打开的。请重新加载。
account-error-not-there = 您的账号中没有这一项。它可能已不存在。
account-error-wrong-password = 旧密码不正确。
account-error-no-password = 您的账号没有密码。
account-error-different = 两次输入的新密码不一致。
account-error-name = 显示名称至少要有一个可见字符。
account-error-too-many = 尝试次数过多。请稍等片刻再试。
account-error-busy = 当前人数过多。请稍等片刻再试。
account-error-last-administrator = 您是最后一位能够登录的管理员。请先将其他人设为管理员。
account-error-unconfirmed = 请准确输入您的用户名。
