### 最初のアカウントの作成。

setup-title = セットアップ
setup-heading = 最初のアカウントを作成
setup-lead = このアカウントは { -product } を管理し、アプリケーションが接続を求めたときにサインインします。ここへ案内したリンクは一度だけ使えます。
setup-name = ユーザー名
setup-password = パスワード
setup-again = パスワード（確認）
setup-minimum = { $minimum } 文字以上。
setup-button = アカウントを作成

setup-nothing = セットアップするものはありません
setup-done-before = この { -product } はセットアップ済みです。
setup-done-before-you = 作成済みのアカウントでサインインしてください。ほかのアカウントは次のコマンドで作成します：doorward user add NAME
setup-link = このセットアップ用リンクは使用済みか、有効期限が切れています。
setup-link-you = { -product } を再起動してください。アカウントがない間は、1 時間有効な新しいリンクが表示されます。
setup-different = 2 つのパスワードが一致しません。

welcome-title = 準備完了
welcome-heading = 準備ができました
welcome-lead = アカウント <strong>{ $user }</strong> が作成され、サインインしました。次のアドレスのいずれかをアプリケーションに入力してください。何を許可するかを決めるため、ここに戻ってきます。
