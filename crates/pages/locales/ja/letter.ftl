letter-invitation-subject = { -product } への招待
letter-invitation-lead = { $url } の管理者が、アカウントの作成に招待しています。次のリンクから、パスワードを選ぶページに進めます：
letter-reset-subject = { -product } の新しいパスワード
letter-reset-administrator = { $url } の管理者が、アカウント { $user } のためにこのリンクを作成しました。新しいパスワードを選ぶページに進めます：
letter-reset-page = { $url } のアカウント { $user } のパスワードを忘れたという方が、このリンクを請求しました。新しいパスワードを選ぶページに進めます：
letter-once = このリンクは一度だけ、限られた時間だけ使えます。誰にも渡さないでください。リンクを持つ人は誰でも使えます。
letter-ignore = 心当たりがない場合は、何もしないでください。リンクを使わなければ何も変わりません。
