### 每个页面的外围部分。

-product = Doorward
layout-product = { -product }
layout-skip = 跳到正文
layout-signed-in = 您已登录为 <strong>{ $user }</strong>。
layout-sign-in-as-other = 使用其他账号登录
layout-sign-out = 退出登录
verbatim = { $words }
