### 自分のアカウントのページ。

account-navigation = アカウント
account-overview = 概要
account-connections = 接続中のアプリケーション
account-sessions = セッション
account-devices = デバイス
account-approvals = 記憶された回答
account-activity = アクティビティ
account-profile = プロフィール
account-data = あなたのデータ

account-heading = { $name } さんのアカウント
account-lead = 何があなたに代わって操作しているか、どこでサインインしているかを確認し、終了できます。
account-count-connections = { $count ->
    [0] あなたに代わって操作するアプリケーションはありません。
   *[other] { $count } 個のアプリケーションがあなたに代わって操作しています。
}
account-count-sessions = { $count ->
    [1] サインインしているのはここだけです。
   *[other] { $count } か所でサインインしています。
}
account-count-devices = { $count ->
    [0] あなたのものとして知られているデバイスはありません。
   *[other] { $count } 台のデバイスがあなたのものとして知られています。
}
account-count-approvals = { $count ->
    [0] 記憶された回答はありません。
   *[other] { $count } 件の回答が記憶されています。
}

account-before = 前へ
account-behind = 続き

account-connections-lead = これらのアプリケーションは、あなたの名義でここのサーバーを使用できます。各項目は 1 つのインストールです。取り消したものは直ちに使えなくなり、改めて確認が必要になります。
account-connections-none = あなたに代わって操作するアプリケーションはありません。
account-known = どのように知られているか
account-known-administrator = 管理者が登録
account-known-document = <strong>{ $host }</strong> にある文書による
account-known-vouched = { $issuer } が保証
account-known-itself = 自己登録、未確認
account-known-gone = 現在は登録されていません
account-hosts = 応答の送信先
account-host-web = { $host }
account-host-loopback = あなたのコンピューター上のプログラム
account-host-application = { $scheme }: のリンクを開くアプリケーション
account-server = サーバー
account-scopes = スコープ
account-tools = { $count } 個のツール
account-tools-more = ほか { $count } 個
account-tools-none = 現在ツールはありません
account-tools-unknown = 現在、ツールの一覧を取得できません。
account-mark-read = 読み取り
account-mark-write = 変更
account-mark-destructive = 削除の可能性
account-called = 最近の呼び出し
account-called-at = { $server } の { $count } 回
account-called-nothing = なし
account-first-used = 接続日時
account-last-used = 最終使用
account-ends = 自動終了
account-revoke = 取り消す
account-revoke-all = すべて取り消す

account-sessions-lead = 次のブラウザーでサインインしています。心当たりのないものは終了し、その後パスワードを変更してください。
account-this-session = このセッション
account-this-device = このデバイス
account-browser-unknown = 不明なブラウザー
account-browser = { $program }
account-browser-on = { $system } 上の { $program }
account-address = アドレス
account-address-unknown = 不明
account-signed-in-at = サインイン日時
account-seen = 最終利用（数分の誤差があります）
account-end = このセッションを終了
account-end-others = ほかのすべてのセッションを終了
account-end-all = すべての場所でサインアウト
account-devices-lead = これまでにこれらのデバイスでサインインしました。それぞれ、最後のサインインから { $memory } の間記憶されます。記憶されていても何かが許可されるわけではありません。ほかの場所でパスワードを推測する人のためにあなたが待たされるのを防ぎます。
account-devices-none = 記憶されたデバイスはありません。
account-first-sign-in = 最初のサインイン
account-last-sign-in = 最後のサインイン
account-forgotten-at = 記憶の期限
account-forget-device = このデバイスの記憶を消す

account-approvals-lead = これらは許可済みで、同じ内容では再び確認されません。回答の記憶を消しても接続は終了しませんが、次の要求では確認されます。
account-approvals-none = 記憶された回答はありません。
account-approval-host = 応答の送信先
account-approved-at = 許可日時
account-approval-tools = これらのツールのみ
account-forget-approval = この回答の記憶を消す

account-activity-lead = あなたのアカウントで起きたこと（新しい順）。
account-activity-everybody-lead = すべてのアカウントで起きたこと（新しい順）。
account-activity-none = 記録のこの部分には該当するものがありません。
account-when = 日時
account-outcome = 結果
account-facts = 詳細
account-event = 出来事
account-event-all = すべて
account-everybody = 自分だけでなく全員
account-show = 表示
account-older = 以前のもの
account-outcome-allowed = 許可
account-outcome-denied = 拒否
account-outcome-failed = 失敗
account-fact-user = ユーザー
account-fact-client = アプリケーション
account-fact-server = サーバー
account-fact-tool = ツール
account-fact-address = アドレス
account-fact-reason = 理由

account-name = ユーザー名
account-mail = メール
account-role = 役割
account-role-member = メンバー
account-role-auditor = 監査者
account-role-administrator = 管理者
account-display-name = 呼び名
account-display-name-label = 表示名
account-save = 保存
account-password = パスワード
account-password-lead = 新しいパスワードにすると、ほかのすべてのセッションと、接続中のすべてのアプリケーションが終了します。アプリケーションは接続し直す必要があります。
account-password-old = 現在のパスワード
account-password-new = 新しいパスワード
account-password-again = 新しいパスワード（確認）
account-password-hint = { $minimum } 文字以上で、推測されにくいもの。
account-password-change = パスワードを変更

account-download = ダウンロード
account-download-lead = パスワードと鍵を除く、あなたについて保存されているすべてを含むファイルです。
account-download-button = データをダウンロード
account-delete = アカウントの削除
account-delete-lead = すべてのアプリケーションが切断され、すべての場所でサインアウトされます。アカウントとそのために保存されているものは削除されます。監査ログは残ります。この操作は元に戻せません。
account-delete-name = 確認のため、ユーザー名を入力してください：{ $name }
account-delete-button = アカウントを削除
account-deleted = アカウントが削除されました
account-deleted-lead = サインアウトしました。ここであなたに代わって操作するものはもうありません。

account-done-revoked = アプリケーションを切断しました。
account-done-all-revoked = すべてのアプリケーションを切断しました。
account-done-ended = セッションを終了しました。
account-done-others-ended = ほかのすべてのセッションを終了しました。
account-done-device = デバイスの記憶を消しました。
account-done-approval = 回答の記憶を消しました。
account-done-named = 名前を保存しました。
account-done-password = パスワードを変更しました。ほかのすべてのセッションは終了しました。

account-not-done = 何も実行されていません
account-back = アカウントに戻る
account-stale = このページは古くなっています。その後サインインし直したか、別のセッションで開かれたものです。再読み込みしてください。
account-error-not-there = あなたのアカウントにそのようなものはありません。既になくなっている可能性があります。
account-error-wrong-password = 現在のパスワードが正しくありません。
account-error-no-password = あなたのアカウントにはパスワードがありません。
account-error-different = 2 つの新しいパスワードが一致しません。
account-error-name = 表示名には、目に見える文字が少なくとも 1 つ必要です。
account-error-too-many = 試行回数が多すぎます。しばらく待ってからもう一度お試しください。
account-error-busy = 利用が集中しています。しばらく待ってからもう一度お試しください。
account-error-last-administrator = あなたはサインインできる最後の管理者です。先にほかの人を管理者にしてください。
account-error-unconfirmed = ユーザー名を正確に入力してください。
