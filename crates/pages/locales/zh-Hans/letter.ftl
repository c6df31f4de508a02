letter-invitation-subject = { -product } 的邀请
letter-invitation-lead = { $url } 的管理员邀请您创建账号。以下链接通往您选择密码的页面：
letter-reset-subject = { -product } 的新密码
letter-reset-administrator = { $url } 的管理员为账号 { $user } 创建了此链接。它通往您选择新密码的页面：
letter-reset-page = 有人称忘记了 { $url } 上账号 { $user } 的密码，并请求了此链接。它通往您选择新密码的页面：
letter-once = 此链接只能使用一次，且有时间限制。请勿交给任何人：持有它的人都可以使用。
letter-ignore = 如果您没有预期收到此信，请不要做任何事：不使用该链接，就不会有任何变化。
