### サインインページ。

sign-in-title = サインイン
sign-in-client = <strong>{ $client }</strong> が接続を求めています。サインインした後、何を許可するかを決められます。応答の送信先：<strong>{ $destination }</strong>。
sign-in-first = アカウントがまだありません。{ -product } が実行中のターミナルに表示したセットアップ用リンクを開き、その後ここに戻ってください。
sign-in-name = ユーザー名
sign-in-password = パスワード
sign-in-button = サインイン

sign-in-refused = ユーザー名またはパスワードが正しくありません。
sign-in-too-many = 試行回数が多すぎます。しばらく待ってからもう一度お試しください。
sign-in-busy = 現在サインインが集中しています。しばらく待ってからもう一度お試しください。
sign-in-again = アカウントに進むにはサインインしてください。重要な操作では、もう一度本人確認を行います。
