factor-title = 请确认是您本人
factor-who = 您正在以 <strong>{ $user }</strong> 的身份登录。还差一步。
factor-code = 身份验证器应用中的代码
factor-code-label = 六位数字
factor-button = 继续
factor-recovery = 改用恢复代码
factor-recovery-label = 恢复代码
factor-recovery-rule = 每个代码只能使用一次。连字符和大小写不影响。
factor-passkey = 通行密钥
factor-passkey-lead = 请使用您的指纹、面容，或您的设备或安全密钥的 PIN。
factor-passkey-button = 使用通行密钥
factor-other-person = 使用其他账号登录
factor-refused = 不正确，或已被使用。请等待下一个代码后再试。
factor-stale = 此页面打开的时间过长。这是一个新页面：请从应用中移除旧条目，然后重新开始。
factor-lost = 此次登录无法在这里继续
factor-lost-lead = 它是在另一个浏览器中开始的，或者是在十多分钟前开始的。没有执行任何操作。
factor-again = 从头开始登录

enrol-title = 添加第二种证明您身份的方式
enrol-lead = <strong>{ $user }</strong>，这里仅有密码是不够的。请现在添加以下任意一种；此后登录时会要求提供。
enrol-passkey = 通行密钥
enrol-passkey-lead = 通行密钥保存在您的设备、密码管理器或安全密钥中。它无法被猜到，在假冒网站上也毫无用处。
enrol-passkey-button = 创建通行密钥
enrol-code = 身份验证器应用
enrol-code-button = 添加该应用

totp-scan = 请用您的身份验证器应用扫描此图片。
totp-picture = 包含应用所需密钥的二维码
totp-here = 改为打开此设备上的应用
totp-text = 或者输入此密钥：
totp-type = 请输入应用显示的六位数字。

passkey-name = 如何命名
passkey-failed = 未能成功。请再试一次，或选择其他方式。
passkey-known = 此设备已有您在这里的通行密钥。
passkey-script = 通行密钥需要 JavaScript，而此浏览器已将其关闭。
passkey-off = 这里未启用通行密钥。
passkey-elsewhere = 在此地址下无法使用通行密钥。
passkey-elsewhere-link = 在 { $host } 打开此页面
passkey-unverified = 您的设备没有验证使用者的身份。请在设备上设置 PIN、指纹或面容，然后再试。
passkey-algorithm = 这里不接受此类密钥。请使用其他设备或安全密钥。
passkey-copied = 此通行密钥曾以相同的名义在别处使用，因此不再被接受。请以其他方式登录并更换它。
passkey-elsewhere-used = 此通行密钥是在另一个网站上使用的。没有执行任何操作。
passkey-many = 您的通行密钥数量已达上限。请先移除一个不需要的。
passkey-stale = 此页面打开的时间过长，或被发送了两次。请再试一次。
passkey-unknown = 此处不认识该通行密钥，或它不属于您。

sign-in-passkey = 使用通行密钥登录

codes-title = 您的恢复代码
codes-lead = 当您的通行密钥或身份验证器应用丢失时，可用其中一个代码登录。每个代码只能使用一次。请将它们与您的密码保存在一起，或打印此页面。
codes-once = 它们只在此刻显示。
codes-next = 我已保存

security-title = 登录与安全
security-lead = <strong>{ $user }</strong> 的登录方式。
security-few = { $count ->
    [0] 您已没有恢复代码。请在需要之前创建新的代码。
   *[other] 您还剩 { $count } 个恢复代码。请在需要之前创建新的代码。
}
security-passkeys = 通行密钥
security-no-passkeys = 您还没有。
security-add-passkey = 添加通行密钥
security-synced = 可能位于您的多台设备上。
security-one-device = 位于一台设备上。
security-added = 添加于 { $day }。
security-used = 最近使用于 { $day }。
security-unused = 尚未使用。
security-rename = 重命名
security-remove = 移除
security-app = 身份验证器应用
security-no-app = 您还没有。
security-add-app = 添加应用
security-codes = 恢复代码
security-codes-left = { $count ->
    [0] 已没有剩余。
   *[other] 剩余 { $count } 个。
}
security-new-codes = 创建新代码
security-fresh = 更改需要十分钟以内的登录。移除任何一项都会结束您的其他会话。
security-demanded = 服务器的运营者要求第二要素。请先添加另一个，再移除此项。
security-back = 返回登录与安全
security-add-title = 添加登录方式
