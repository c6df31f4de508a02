### 何が起きたか、何をすればよいかを伝えるページ。

message-what-to-do = 対処方法
message-you = ご利用の方
message-developer = アプリケーションの開発者
message-operator = サーバーの運営者
message-administrator = 管理者
message-again = しばらくしてからもう一度お試しください
message-again-you = 数秒待ってから、このページを再読み込みしてください。
message-storage = 現在 { -product } はストレージに接続できません。
message-reload = 前の画面に戻り、ページを再読み込みして、もう一度お試しください。
message-restart = アプリケーションに戻り、接続を最初からやり直してください。

message-cross-site = このページから送られたものではありません
message-cross-site-lead = ブラウザーが、別のサイトで作られたフォーム、または送信元の分からないフォームを送信しました。何も実行されていません。
message-cross-site-you = このサイトのボタンを押した場合は、ページを再読み込みしてもう一度お試しください。
message-cross-site-operator = ブラウザーのアドレスは、設定された public_url と一致している必要があります。

form-unreadable = このフォームを読み取れません
form-media-type = 本文は application/x-www-form-urlencoded でなければなりません。
form-too-large = 本文が大きすぎます。
form-interrupted = 本文が最後まで届きませんでした。
form-malformed = 本文のエンコード（パーセント表記または UTF-8）が正しくありません。

refusal-compared = 送信された内容と登録されている内容
refusal-parameter = パラメーター
refusal-sent = 送信された値
refusal-registered = 登録されている値
refusal-nothing = なし
refusal-reference = 参照番号 <code>{ $reference }</code>。サーバーの運営者は <code>doorward audit list --event authorize.refused</code> で確認できます。
