### 同意ページと、ほかの確認ページに共通する部分。

consent-title = { $client } を許可しますか？
consent-heading = <q>{ $client }</q> があなたに代わって操作することを許可しますか？
consent-title-identity = { $client } にサインインしますか？
consent-heading-identity = <q>{ $client }</q> にサインインしますか？

consent-application = アプリケーション
consent-named-of = <strong>{ $host }</strong> の { $client }
consent-by-host = このホストが名乗る名前
consent-local = このコンピューター上、未確認
consent-by-statement = { $issuer } が保証
consent-by-itself = 自己登録、未確認
consent-by-administrator = 管理者が登録
consent-answer-goes = 応答の送信先
consent-how-long = 期間
consent-warn-loopback = <strong>ご自身で始めた操作か確認してください。</strong>このコンピューター上のどのプログラムも { $client } を名乗ることができます。たった今ご自身で接続を始めた場合にのみ許可してください。
consent-warn-document = アプリケーションは <strong>{ $host }</strong> で自らを説明しています。このホストを知っていて信頼できる場合にのみ許可してください。
consent-warn-itself = <strong>上のアドレスを確認してください。</strong>名前はアプリケーションが自分で付けたもので、誰も確認していません。

consent-version = 自己申告のバージョン { $version }
consent-link-about = { $host } にある説明
consent-link-policy = { $host } にあるプライバシーポリシー
consent-link-terms = { $host } にある利用規約
consent-history = ここでの利用歴
consent-first-time = 初めて許可するアプリケーションです。
consent-since = { $since } からここで知られています。
consent-used = { $since } から。最後に許可したのは { $used } です。
consent-doubt-nameless = <strong>名前に文字が含まれていません。</strong>名前ではなく、上のアドレスで判断してください。
consent-doubt-looks-like = <strong>これは { $known } ではありません。</strong>名前が似ているだけで、別の文字で書かれています。何であるか確かでない限り、拒否してください。
consent-doubt-mixed = <strong>名前に異なる種類の文字が混ざっています。</strong>見た目が同じ文字は、別のアプリケーションになりすますためによく使われます。名前ではなく、上のアドレスで判断してください。
consent-before = { $client } には既にアクセスが許可されています。新しいものには印が付いています。それ以外は変わりません。

destination-web = { $host }
destination-loopback = このコンピューター上のプログラム
destination-application = このコンピューターで { $scheme }: のリンクを開くアプリケーション

lasts-refresh = 最長 { $most }、ただし { $idle } 使われなければ終了
lasts-hour = 1 時間
lasts-day = 1 日
lasts-week = 1 週間
lasts-used = 使われている間：{ $lasts }
lasts-access = { $longest }。その後は再び確認されます

consent-identity = あなたが誰であるかを知ります
consent-identity-account = ここにアカウントがあること（常に同じ識別子で示されます）
consent-identity-when = いつ、どのようにサインインしたか
consent-identity-name = サインイン名 <strong>{ $user }</strong>
consent-identity-only = ここにあるサーバーは一切使用できません。

consent-which-one = どのサーバーの使用を許可しますか？
consent-which-any = どのサーバーの使用を許可しますか（複数選択可）？
consent-what = 使用できるもの
consent-read-only = 読み取りだけを許可する：変更や削除はできません
consent-writes-new = 変更の許可は新しいものです
consent-next-time = 次回
consent-remember = 同じ内容では再び確認しない
consent-only-now = 今回だけ：次回も確認する
consent-always-asked = 毎回確認されます。ほかのプログラムが { $client } を名乗る可能性があるためです。
consent-allow = 許可
consent-deny = 拒否
consent-choose = アプリケーションに使用を許可するものを選んでください。
consent-choose-tool = 各サーバーから少なくとも 1 つのツールを選ぶか、拒否してください。
consent-too-many = アクセストークンに収まる数を超えるツールが個別に選ばれています。数を減らすか、すべてを許可してください。

tools-only-these = 次の呼び出しだけで、このサーバーのほかの機能は使えません：
tools-where = ただし <code>{ $argument }</code> は { $values }
tools-and-where = かつ <code>{ $argument }</code> は { $values }
tools-or = { $one } または { $other }
tools-at-most = { $most } 以下
tools-quoted = 「{ $text }」
tools-before = 既にアクセスが許可されています
tools-tick-every = すべて選択
tools-tick-none = すべて解除
tools-not-singly = これらすべてと一緒の場合のみ
tools-later = 「すべて」には、後から追加されるツールも含まれます。1 つでも解除すると、選択したものだけが対象になります。
tools-open = { $server } を含める
tools-too-many = 数が多いため、ここには名前を表示できません。
tools-all-or-none = これらは、後から追加されるものも含めて、まとめてのみ許可できます。
tools-new = 新規
tools-left-out = これまで対象外
tools-news = 新規 { $count } 個
tools-carried = 現在、一部のツールを表示できません。選択の状態はそのまま保たれます。
tools-unknown = 現在、ツールの一覧を取得できません。
tools-unknown-writes = 現在、ツールの一覧を取得できません。変更や削除を行うツールが含まれている可能性があります。
tools-none = この要求で使えるツールはありません。
tools-mark-read = 読み取り
tools-mark-write = 書き込み
tools-mark-destructive = 破壊的
tools-read = 読み取りのみ：{ $count } 個のツール
tools-write = 変更を行う：{ $count } 個のツール
tools-destructive = 削除・上書きの可能性がある、または明示されていない：{ $count } 個のツール

consent-allowed-before = { $client } は既に許可済みです
consent-allowed-before-lead = 応答を送信しています。
consent-collected-lead = アプリケーションはアクセスを受け取りました。このページを閉じてかまいません。
consent-uncollected = アプリケーションはアクセスを受け取りませんでした
consent-uncollected-lead = 許可されましたが、時間内に受け取りに来ませんでした。
consent-denied-before = これは既に拒否されています
consent-denied-before-lead = { $client } にはアクセスが与えられていません。
consent-not-kept = このブラウザーはサインインを保持しませんでした
consent-not-kept-lead = サインインしましたが、ブラウザーが次のページにそれを伝えませんでした。ほかのアプリケーション内の画面は、Cookie を保持しないことがよくあります。
consent-not-kept-link = コピーするアドレス
consent-not-kept-you = アドレスをいつものブラウザーにコピーし、10 分以内にそこで続けてください。このブラウザーを使う場合は、このサイトの Cookie を許可してサインインし直してください。
consent-not-kept-next = ここでサインインし直す
consent-stale = 何も許可されていません
consent-stale-lead = このページは別のサインインのために作られたものです。
consent-stale-next = 要求をもう一度確認する
consent-unreadable = この回答を読み取れません
consent-unreadable-lead = フォームを読み取れません。

whole-title = すべてのサーバー
whole-note = あなたが使えるすべてのサーバーへの一つのアクセスです。後から追加されるものも含みます。一つでもチェックを外すと、ここでチェックされているものだけが有効です。
whole-none = あなたが使えるサーバーはありません。
