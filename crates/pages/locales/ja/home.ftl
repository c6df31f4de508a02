### 最初のページ:利用できるサーバー。

home-title = MCP サーバー
home-heading = この扉の向こうにある MCP サーバー
home-lead = { -product } は次の MCP サーバーを保護しています。これらに接続するアプリケーションは、サインインと許可内容の決定のため、ここへご案内します。
endpoints-address = MCP サーバーのアドレス：<code>{ $resource }</code>
endpoints-how = クライアントの接続方法
endpoints-connector = 上のアドレスでカスタムコネクターを追加してください。インターネットから到達できる必要があります。
endpoints-in-file = <code>{ $file }</code> に <code>{ $text }</code>
endpoints-inspector = Streamable HTTP を選び、上のアドレスを入力してください。
endpoints-none = サーバーはまだ設定されていません。
home-account = アカウント：アプリケーション、セッション、デバイス、パスワード
