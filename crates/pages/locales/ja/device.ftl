### コードを表示するデバイスの接続。

device-title = デバイスを接続
device-lead = デバイスまたはターミナルに表示されているコードを入力してください。
device-code = コード
device-caution = <strong>ご自身のデバイスのコードだけを入力してください。</strong>誰かからコードやこのページへのリンクが送られてきた場合は、閉じてください。そのデバイスを操作している人があなたの名義で操作することになります。
device-continue = 続ける

device-heading = 別のデバイス上の <q>{ $client }</q> があなたに代わって操作することを許可しますか？
device-must-show = デバイスに次のコードが表示されている必要があります：
device-warn = <strong>たった今ご自身で始めた操作だけを許可してください。</strong>メール、チャット、電話などで誰かからこのコードを受け取った場合は、拒否してください。その人があなたの名義で操作することになります。

device-from = デバイスの要求元
device-from-here = あなたと同じネットワーク
device-from-elsewhere = あなたとは別のネットワーク
device-own = あなたのアドレスは <code>{ $address }</code> です。同じ部屋のデバイスは、たいてい同じアドレスです。

device-connected = デバイスが接続されました
device-connected-lead = { $client } があなたに代わって操作できるようになりました。デバイスに戻ってください。数秒以内に続行します。
device-denied = 何も許可されていません
device-denied-lead = { $client } にはアクセスが与えられていません。このページを閉じてかまいません。
device-again = コードを入力し直す
device-gone = このコードはもう使えません

device-sign-in = 先にサインインしてください。
device-stale = このページは別のサインインまたは別のコードのために作られたものです。
device-unknown = このコードは登録されていないか、有効期限が切れています。コードを確認するか、デバイスでやり直してください。
device-too-many = 試されたコードが多すぎます。しばらく待ってからもう一度お試しください。
