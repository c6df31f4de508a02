factor-title = ご本人であることの確認
factor-who = <strong>{ $user }</strong> としてサインインしています。あと一歩です。
factor-code = 認証アプリのコード
factor-code-label = 6 桁の数字
factor-button = 続ける
factor-recovery = 代わりに回復コードを使う
factor-recovery-label = 回復コード
factor-recovery-rule = 各コードは一度だけ使えます。ハイフンや大文字・小文字は区別されません。
factor-passkey = パスキー
factor-passkey-lead = 指紋、顔、またはデバイスやセキュリティキーの PIN を使ってください。
factor-passkey-button = パスキーを使う
factor-other-person = 別のアカウントでサインイン
factor-refused = 正しくないか、既に使用されています。次のコードを待ってもう一度お試しください。
factor-stale = このページは開いたまま時間が経ちすぎました。新しいものを表示しています。アプリから古い項目を削除し、最初からやり直してください。
factor-lost = このサインインはここでは続けられません
factor-lost-lead = 別のブラウザーで始められたか、10 分以上前に始められたものです。何も実行されていません。
factor-again = 最初からサインインする

enrol-title = 2 つ目の本人確認方法を追加
enrol-lead = <strong>{ $user }</strong> さん、ここではパスワードだけでは不十分です。次のいずれかを追加してください。以後、サインイン時に求められます。
enrol-passkey = パスキー
enrol-passkey-lead = パスキーは、デバイス、パスワードマネージャー、またはセキュリティキーに保管されます。推測されることがなく、偽のサイトでは役に立ちません。
enrol-passkey-button = パスキーを作成
enrol-code = 認証アプリ
enrol-code-button = アプリを追加

totp-scan = 認証アプリでこの画像を読み取ってください。
totp-picture = アプリ用の鍵を含む QR コード
totp-here = 代わりにこのデバイスのアプリを開く
totp-text = または、この鍵を入力してください：
totp-type = アプリに表示された 6 桁の数字を入力してください。

passkey-name = 名前
passkey-failed = うまくいきませんでした。もう一度試すか、別の方法を選んでください。
passkey-known = このデバイスには、既にここで使うパスキーがあります。
passkey-script = パスキーには JavaScript が必要ですが、このブラウザーでは無効になっています。
passkey-off = ここではパスキーは使われていません。
passkey-elsewhere = このアドレスではパスキーを使えません。
passkey-elsewhere-link = { $host } でこのページを開く
passkey-unverified = デバイスが使用者を確認しませんでした。デバイスで PIN、指紋、または顔認証を設定し、もう一度お試しください。
passkey-algorithm = この種類の鍵はここでは使えません。別のデバイスまたはセキュリティキーを使ってください。
passkey-copied = このパスキーは同じ名前で別の場所で使われたため、もう使えません。別の方法でサインインし、新しいものに置き換えてください。
passkey-elsewhere-used = このパスキーは別のサイトで使われたものです。何も実行されていません。
passkey-many = 保管できる上限までパスキーがあります。先に不要なものを削除してください。
passkey-stale = このページは開いたまま時間が経ちすぎたか、二重に送信されました。もう一度お試しください。
passkey-unknown = このパスキーはここに登録されていないか、あなたのものではありません。

sign-in-passkey = パスキーでサインイン

codes-title = 回復コード
codes-lead = パスキーや認証アプリを失ったときは、これらのコードのいずれかでサインインできます。各コードは一度だけ使えます。パスワードと同じ場所に保管するか、このページを印刷してください。
codes-once = 表示されるのは今回だけです。
codes-next = 保管しました

security-title = サインインとセキュリティ
security-lead = <strong>{ $user }</strong> のサインイン方法。
security-few = { $count ->
    [0] 回復コードが残っていません。必要になる前に新しいコードを作成してください。
   *[other] 回復コードの残りは { $count } 個です。必要になる前に新しいコードを作成してください。
}
security-passkeys = パスキー
security-no-passkeys = ありません。
security-add-passkey = パスキーを追加
security-synced = 複数のデバイスにある可能性があります。
security-one-device = 1 台のデバイスにあります。
security-added = 追加日：{ $day }
security-used = 最終使用日：{ $day }
security-unused = まだ使われていません。
security-rename = 名前を変更
security-remove = 削除
security-app = 認証アプリ
security-no-app = ありません。
security-add-app = アプリを追加
security-codes = 回復コード
security-codes-left = { $count ->
    [0] 残っていません。
   *[other] 残り { $count } 個です。
}
security-new-codes = 新しいコードを作成
security-fresh = 変更には、10 分以内のサインインが必要です。何かを削除すると、ほかのセッションは終了します。
security-demanded = サーバーの運営者が第二要素を求めています。削除する前に別のものを追加してください。
security-back = サインインとセキュリティに戻る
security-add-title = サインイン方法を追加
