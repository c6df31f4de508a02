### 创建第一个账号。

setup-title = 初始设置
setup-heading = 创建第一个账号
setup-lead = 此账号用于管理 { -product }，并在有应用想要连接时登录。将您带到这里的链接只能使用一次。
setup-name = 用户名
setup-password = 密码
setup-again = 再次输入相同的密码
setup-minimum = 至少 { $minimum } 个字符。
setup-button = 创建账号

setup-nothing = 这里没有需要设置的内容
setup-done-before = 此 { -product } 已完成设置。
setup-done-before-you = 请使用已创建的账号登录。其他账号用以下命令创建：doorward user add NAME
setup-link = 此设置链接已被使用或已过期。
setup-link-you = 请重新启动 { -product }：在没有账号期间，它会显示一个有效期为一小时的新链接。
setup-different = 两次输入的密码不一致。

welcome-title = 已就绪
welcome-heading = 一切就绪
welcome-lead = 您的账号 <strong>{ $user }</strong> 已创建，您已登录。请将以下任一地址提供给应用；它会将您带回这里，由您决定它可以做什么。
