### 登录页面。

sign-in-title = 登录
sign-in-client = <strong>{ $client }</strong> 想要连接。登录后由您决定它可以做什么。答复将发送到：<strong>{ $destination }</strong>。
sign-in-first = 目前还没有账号。请打开 { -product } 在其运行的终端中显示的设置链接，然后再回到这里。
sign-in-name = 用户名
sign-in-password = 密码
sign-in-button = 登录

sign-in-refused = 用户名或密码不正确。
sign-in-too-many = 尝试次数过多：请稍等片刻再试。
sign-in-busy = 当前登录的人过多：请稍等片刻再试。
sign-in-again = 请登录以进入您的账号。其中的敏感操作会再次确认您的身份。
