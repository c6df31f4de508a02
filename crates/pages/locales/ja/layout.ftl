### すべてのページに共通する部分。

-product = Doorward
layout-product = { -product }
layout-skip = 本文へ移動
layout-signed-in = <strong>{ $user }</strong> としてサインインしています。
layout-sign-in-as-other = 別のアカウントでサインイン
layout-sign-out = サインアウト
verbatim = { $words }
